"""What a build decides to make, over long times and large months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.packs.errors import PacksError
from helpdesk.packs.plan import (
    MOST_OVERLAYS,
    SMALL,
    Build,
    Homes,
    Plan,
    Scene,
    check_count,
    most_files,
    open_from,
    plan,
)
from helpdesk.packs.published import Piece
from helpdesk.packs.regions import MOST, KeyRegions
from helpdesk.wire.pack_manifest import MOST_FILES
from invoices.pack.periods import month_of
from invoices.regions import REGIONS

ZONE = ZoneInfo("Asia/Shanghai")
JULY = month_of(date(2026, 7, 1))
START = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)


def piece(build: Build, as_of: int, revision: int, count: int = 10) -> Piece:
    return Piece(
        pack=build.pack,
        region=build.region,
        epoch=1,
        length=300,
        digest="00" * 32,
        chunks="00" * 32,
        as_of=as_of,
        since=build.since,
        revision=revision,
        after=build.after,
        count=count,
        unreadable=0,
        dials="",
    )


class Simulated:
    """A registry that only has numbers, and what is published of it."""

    def __init__(self, days: dict[date, int]) -> None:
        self.days = days
        self.now = START
        self.revision = 1
        self.late: dict[date, int] = dict.fromkeys(days, 1)
        self.pieces: list[Piece] = []
        self.count = 10

    def build(self) -> list[str]:
        as_of = int(self.now.timestamp())
        today = self.now.astimezone(ZONE).date()
        scene = Scene(
            region="all",
            today=today,
            zone=ZONE,
            as_of=as_of,
            oldest=date.min,
            days=self.days,
            late=self.late,
            pieces=self.pieces,
        )
        made = plan(scene)
        fresh = [piece(each, as_of, self.revision, self.count) for each in made.builds]
        self.pieces = [*made.kept, *fresh]
        self.late = {}
        return [each.pack for each in made.builds]

    def add(self, day: date, more: int = 1) -> None:
        self.revision += 1
        self.days[day] = self.days.get(day, 0) + more
        self.late[day] = self.revision

    def change(self) -> None:
        self.revision += 1

    def known_until(self, segment: Piece) -> int:
        """As a kiosk reckons: a missing overlay ends the chain."""
        until = segment.as_of
        overlays = sorted((p for p in self.pieces if p.overlay), key=lambda p: p.as_of)
        for overlay in overlays:
            if overlay.as_of > segment.as_of and overlay.since <= until:
                until = overlay.as_of
        return until


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 2), st.integers(0, 120)), max_size=60))
def test_states_are_always_known_up_to_the_last_build(
    story: list[tuple[int, int, int]],
) -> None:
    registry = Simulated({date(2026, 7, 3): 5, date(2026, 11, 9): 5})
    registry.build()
    for hours, what, back in story:
        registry.now += timedelta(hours=hours)
        today = registry.now.astimezone(ZONE).date()
        if what == 1:
            registry.add(today - timedelta(days=back))
        elif what == 2:
            registry.change()
        registry.build()
        as_of = int(registry.now.timestamp())
        segments = [p for p in registry.pieces if not p.overlay]
        assert {registry.known_until(segment) for segment in segments} == {as_of}
        names = [p.pack for p in registry.pieces]
        assert len(names) == len(set(names))
        assert sum(p.overlay for p in registry.pieces) <= MOST_OVERLAYS + 1
        months = len({month_of(day) for day in (*registry.days, today)})
        assert len(names) <= most_files(max(months, 6))  # from July on
        covered = [p.period for p in segments]
        for day in registry.days:
            assert any(period.covers(day) for period in covered)


def test_a_large_month_gets_a_supplement_until_that_is_large_too() -> None:
    registry = Simulated({date(2026, 7, 3): SMALL + 1, date(2026, 11, 9): 5})
    registry.count = SMALL + 1
    registry.build()
    registry.now += timedelta(hours=1)
    registry.add(date(2026, 7, 9))
    assert "2026-07.1" in registry.build()
    registry.now += timedelta(hours=1)
    registry.add(date(2026, 7, 9), SMALL // 10)
    built = registry.build()
    assert "2026-07" in built
    assert "2026-07.1" not in {p.pack for p in registry.pieces}


def test_a_month_is_open_until_three_days_after_its_end() -> None:
    assert open_from(date(2026, 12, 3)) == date(2026, 11, 1)
    assert open_from(date(2026, 12, 4)) == date(2026, 12, 1)
    assert open_from(date(2026, 3, 1)) == date(2026, 2, 1)


def test_too_old_months_are_left_out() -> None:
    scene = Scene(
        region="all",
        today=date(2026, 11, 10),
        zone=ZONE,
        as_of=int(START.timestamp()),
        oldest=date(2026, 9, 20),
        days={date(2019, 1, 1): 5},
        late={},
        pieces=(),
    )
    assert [build.pack for build in plan(scene).builds][:3] == ["2026-09", "2026-10", "2026-11-01"]


@pytest.mark.parametrize(
    ("added", "revision", "known"),
    [(5, 5, True), (5, 9, True), (5, 11, False), (12, 12, True), (12, 15, False)],
)
def test_a_row_is_known_by_the_segment_that_holds_it(
    added: int, revision: int, known: bool
) -> None:
    month = Build("2026-07", "all", JULY)
    late = Build("2026-07.1", "all", JULY, after=10)
    homes = Homes([piece(month, 0, 10), piece(late, 0, 13)])
    assert homes.knows("2026-07-03", added, revision) is known


@pytest.mark.parametrize(
    ("text", "asked", "region"),
    [
        ("all", "1101", "all"),
        ("north:11,12; south:44", "1101", "north"),
        ("north:11,12; south:44", "4403", "south"),
        ("north:11,12; south:44", "3100", None),
        ("north:11; rest", "3100", "rest"),
        ("one:1101; other:11", "1101", "one"),
        ("one:1101; other:11", "1102", "other"),
    ],
)
def test_regions_take_the_longest_start(text: str, asked: str, region: str | None) -> None:
    assert KeyRegions.parse(text).of(asked) == region


def test_every_tax_region_can_have_a_key_of_its_own() -> None:
    text = "; ".join(f"r{number}:{region}" for number, region in enumerate(REGIONS))
    assert len(KeyRegions.parse(text).names) == len(REGIONS) == 36
    assert MOST * most_files(12 * 5 + 1) <= MOST_FILES
    with pytest.raises(PacksError, match=r"packs\.regions"):
        KeyRegions.parse("; ".join(f"r{number}:{number + 1000}" for number in range(MOST + 1)))


def test_what_no_list_could_name_is_refused_before_it_is_built() -> None:
    build = Build("2026-07", "all", JULY)
    full = Plan([build] * (MOST_FILES - 1), [piece(build, 1, 1)])
    check_count([full])
    with pytest.raises(PacksError, match=r"packs\.files") as refused:
        check_count([full, Plan([build])])
    assert refused.value.params == {"count": str(MOST_FILES + 1), "most": str(MOST_FILES)}


@pytest.mark.parametrize(
    "text", ["", "All", "a:1", "a:11; a:12", "a:11; b:11", "one; two", "a:11,", "x" * 17, "a: b"]
)
def test_regions_that_contradict_each_other_are_refused(text: str) -> None:
    with pytest.raises(PacksError, match=r"packs\.regions"):
        KeyRegions.parse(text)
