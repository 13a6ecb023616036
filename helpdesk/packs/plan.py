"""What a build has to make: pure decisions on what is there and what was published.

The month of a few days ago and all later days are open: each of their days has a segment of its
own, built anew when invoices come in late and once more when the day is over. Earlier months have
one segment each; what comes in late goes to a supplement until that grows, or the month is small.
States that change go to the day's overlay; once a month all overlays become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.packs.errors import PacksError
from helpdesk.wire.pack_manifest import MOST_FILES
from invoices.pack.periods import Period, month_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from helpdesk.packs.published import Piece

OPEN_DAYS: Final = timedelta(days=3)
"""A month is closed when it ended so long ago."""
SMALL: Final = 200_000
"""Invoices of a month that is cheaper to ship anew than to supplement (1.2 MB)."""
SHARE: Final = 20
"""A supplement above one part in so many of its month is folded in."""
MOST_OVERLAYS: Final = 32
_MOST_DAYS: Final = 34
"""Days with a segment of their own: a month, and those in which the one before is still open."""


@dataclass(frozen=True, slots=True)
class Build:
    """One file to make of the rows of a region.

    `after` -1: all rows of the period. Else, in a segment, those added after that write; in an
    overlay, those changed after it that no segment knows yet. `since`: as in `Piece`.
    """

    pack: str
    region: str
    period: Period
    after: int = -1
    since: int = 0
    overlay: bool = False

    def takes(self, homes: Homes, issued_on: str, added: int, revision: int) -> bool:
        """Whether a row of its region goes into it; `homes` are all segments that will count."""
        if self.overlay:
            return revision > self.after and not homes.knows(issued_on, added, revision)
        return added > self.after


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known when a build begins, of one region.

    Attributes:
        region: the key region.
        today: the business day; `zone` is where it turns.
        as_of: the moment the build tells of, seconds since 1970 UTC.
        oldest: issue days before its month are of no use: such invoices are too old to check.
        days: invoices of each issue day.
        late: of each issue day that was written to since the last build, the last write that
            added to it.
        pieces: what was published of this region, with its present key and dials.
    """

    region: str
    today: date
    zone: ZoneInfo
    as_of: int
    oldest: date
    days: Mapping[date, int]
    late: Mapping[date, int]
    pieces: Sequence[Piece]


@dataclass(slots=True)
class Plan:
    """What to make of a region, and what stays as it is."""

    builds: list[Build] = field(default_factory=list)
    kept: list[Piece] = field(default_factory=list)


def plan(scene: Scene) -> Plan:
    """What to make now."""
    made = Plan()
    if not scene.days:
        return made
    first = max(min(scene.days), scene.oldest)
    held = {piece.pack: piece for piece in scene.pieces if not piece.overlay}
    opened = open_from(scene.today)
    closed_anew = False
    for month in _months(first, opened):
        closed_anew |= _plan_month(scene, made, month, held)
    for day in _days(max(opened, first), scene.today):
        _plan_day(scene, made, day, held.get(day.isoformat()))
    _plan_overlays(scene, made, merge=closed_anew)
    return made


def most_files(months: int) -> int:
    """Return how many files a region of so many issue months can have."""
    return 2 * months + _MOST_DAYS + MOST_OVERLAYS + 1


def check_count(plans: Sequence[Plan]) -> None:
    """Refuse, before anything is built, what no list could name.

    Raises:
        PacksError: `packs.files` for more files than a kiosk takes.
    """
    count = sum(len(each.builds) + len(each.kept) for each in plans)
    if count > MOST_FILES:
        raise PacksError("packs.files", count=str(count), most=str(MOST_FILES))


def open_from(today: date) -> date:
    """The first day that has a segment of its own."""
    return (today - OPEN_DAYS).replace(day=1)


def _plan_month(scene: Scene, made: Plan, month: Period, held: Mapping[str, Piece]) -> bool:
    """Whether the month is built for the first time."""
    name = f"{month.first:%Y-%m}"
    whole, supplement = held.get(name), held.get(f"{name}.1")
    if whole is None:
        made.builds.append(Build(name, scene.region, month))
        return True
    written = [write for day, write in scene.late.items() if month.covers(day)]
    newest = supplement or whole
    if not written or max(written) <= newest.revision:
        made.kept += [piece for piece in (whole, supplement) if piece is not None]
        return False
    total = sum(count for day, count in scene.days.items() if month.covers(day))
    if whole.count <= SMALL or (total - whole.count) * SHARE > whole.count:
        made.builds.append(Build(name, scene.region, month))
    else:
        made.kept.append(whole)
        made.builds.append(Build(f"{name}.1", scene.region, month, after=whole.revision))
    return False


def _plan_day(scene: Scene, made: Plan, day: date, piece: Piece | None) -> None:
    """A day without invoices is said to have none once it is over."""
    over = _end_of(day, scene.zone) <= scene.as_of
    if piece is not None:
        closed_since = over and piece.as_of < _end_of(day, scene.zone)
        if not closed_since and scene.late.get(day, -1) <= piece.revision:
            made.kept.append(piece)
            return
    elif not (over or scene.days.get(day)):
        return
    made.builds.append(Build(day.isoformat(), scene.region, Period(day, day)))


def _plan_overlays(scene: Scene, made: Plan, *, merge: bool) -> None:
    """Today's overlay holds what changed since the last one of another day.

    Without it a state would be known up to the last change only, so it is made even when
    nothing has changed.
    """
    if not made.kept:
        return
    oldest = min(made.kept, key=lambda piece: piece.as_of)
    today = f"ovr-{scene.today.isoformat()}"
    overlays = sorted(
        (piece for piece in scene.pieces if piece.overlay and piece.as_of > oldest.as_of),
        key=lambda piece: piece.as_of,
    )
    before = [piece for piece in overlays if piece.pack != today]
    if merge or len(before) >= MOST_OVERLAYS or not before:
        after, since = min(piece.revision for piece in made.kept), oldest.as_of
    else:
        made.kept += before
        after, since = before[-1].revision, before[-1].as_of
    period = Period(min(scene.days), scene.today)
    made.builds.append(Build(today, scene.region, period, after, since, overlay=True))


class Homes:
    """Finds the last write that the segment of a row knows of."""

    def __init__(self, segments: Iterable[Piece]) -> None:
        self._whole: dict[str, int] = {}
        self._supplement: dict[str, int] = {}
        for piece in segments:
            if piece.supplement:
                self._supplement[piece.pack.partition(".")[0]] = piece.revision
            else:
                self._whole[piece.pack] = piece.revision

    def knows(self, issued_on: str, added: int, revision: int) -> bool:
        """Whether a segment tells the present state of a row; true where none would be asked."""
        name = issued_on if issued_on in self._whole else issued_on[:7]
        whole = self._whole.get(name)
        if whole is None:
            return True
        home = whole if added <= whole else self._supplement.get(name, whole)
        return revision <= home


def _end_of(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp())


def _months(first: date, end: date) -> Iterator[Period]:
    """The months from that of `first` up to but without that of `end`."""
    month = month_of(first)
    while month.first < end:
        yield month
        month = month_of(month.last + timedelta(days=1))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
