"""An overlay holds every change that an older segment does not know, whatever the history.

A registry of rows that come, late ones too, and change; packs as the plan makes them, with the rows
that it gives to each; and a kiosk that looks each row up by the rules of `docs/pack-format.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk.packs import plan as planning
from helpdesk.packs.plan import Build, Homes, Scene, plan
from helpdesk.packs.published import Piece

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 10, 28, 4, 0, tzinfo=UTC)
FIRST_DAYS = (
    *(date(2026, 10, 20), date(2026, 10, 27)),
    *(date(2026, 8, 3), date(2026, 8, 3), date(2026, 9, 9), date(2026, 9, 9)),
)
ROWS_EACH = 4  # so that a late one goes to a supplement where a month is not small


@dataclass
class Row:
    day: date
    added: int
    revision: int
    state: int = 0


@dataclass
class Registry:
    """Rows, and the published packs with what each says of them: row number to state."""

    now: datetime = START
    revision: int = 0
    rows: list[Row] = field(default_factory=list)
    seen: int = -1
    pieces: list[Piece] = field(default_factory=list)
    holds: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    def add(self, day: date) -> None:
        self.revision += 1
        self.rows.append(Row(day, self.revision, self.revision))

    def change(self, number: int) -> None:
        self.revision += 1
        row = self.rows[number % len(self.rows)]
        row.revision, row.state = self.revision, row.state + 1

    def build(self) -> None:
        as_of = int(self.now.timestamp())
        made = plan(self._scene(as_of))
        segments = list(made.kept)
        for build in made.builds:
            homes = Homes(each for each in segments if not each.overlay)
            held = {
                number: row.state
                for number, row in enumerate(self.rows)
                if (build.overlay or build.period.covers(row.day))
                and build.takes(homes, row.day.isoformat(), row.added, row.revision)
            }
            piece = self._piece(build, as_of, len(held))
            segments.append(piece)
            self.holds[piece.pack] = held
        self.pieces = segments
        self.seen = self.revision

    def answer_of(self, number: int) -> tuple[int, int]:
        """The state that a kiosk answers for a row, and up to when it is known."""
        day = self.rows[number].day
        homes = [
            piece
            for piece in self.pieces
            if not piece.overlay and piece.period.covers(day) and number in self.holds[piece.pack]
        ]
        assert len(homes) == 1
        (home,) = homes
        newer = [p for p in self.pieces if p.overlay and p.as_of > home.as_of]
        known = home.as_of
        for overlay in sorted(newer, key=lambda piece: piece.as_of):
            known = overlay.as_of if overlay.since <= known else known
        for overlay in sorted(newer, key=lambda piece: -piece.as_of):
            if number in self.holds[overlay.pack]:
                return self.holds[overlay.pack][number], known
        return self.holds[home.pack][number], known

    def _scene(self, as_of: int) -> Scene:
        days: dict[date, int] = {}
        late: dict[date, int] = {}
        for row in self.rows:
            days[row.day] = days.get(row.day, 0) + 1
            if row.revision > self.seen:
                late[row.day] = max(late.get(row.day, -1), row.added)
        return Scene("all", self.today, ZONE, as_of, date.min, days, late, self.pieces)

    def _piece(self, build: Build, as_of: int, count: int) -> Piece:
        return Piece(
            pack=build.pack,
            region="all",
            epoch=1,
            length=300,
            digest="00" * 32,
            chunks="00" * 32,
            as_of=as_of,
            since=build.since,
            revision=self.revision,
            after=build.after,
            count=count,
            unreadable=0,
            dials="",
        )


STEPS = st.tuples(
    st.integers(1, 40),  # hours until it
    st.sampled_from(("add", "change", "change", "nothing")),
    st.integers(0, 90),  # days back, or which row
    st.booleans(),  # whether a build follows
)


# The last row of the first build changes, and its month gets a supplement that lacks it.
@example([(1, "change", -1, False), (1, "add", 45, True)], 0, 32)
@given(st.lists(STEPS, max_size=40), st.sampled_from((0, 2, 200_000)), st.sampled_from((2, 32)))
def test_a_kiosk_tells_every_state_as_the_registry_had_it_at_the_last_build(
    history: list[tuple[int, str, int, bool]], small: int, overlays: int
) -> None:
    with patch.multiple(planning, SMALL=small, SHARE=1, MOST_OVERLAYS=overlays):
        registry = Registry()
        for day in FIRST_DAYS * ROWS_EACH:
            registry.add(day)
        registry.build()
        for hours, what, number, builds in history:
            registry.now += timedelta(hours=hours)
            if what == "add":
                registry.add(registry.today - timedelta(days=number))
            elif what == "change":
                registry.change(number)
            if not builds:
                continue
            registry.build()
            as_of = int(registry.now.timestamp())
            for index, row in enumerate(registry.rows):
                assert registry.answer_of(index) == (row.state, as_of), (index, registry.pieces)
