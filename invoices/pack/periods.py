"""Segment ids, and the issue dates they cover.

`2026-03` a month, `2026-03-17` a day, `ovr-2026-11-24` an overlay made on that day. A suffix
`.1` to `.9999` names a further file of the same period: invoices that came in late.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from invoices.pack.errors import PackError, PackFault

ID_BYTES: Final = 32
_SEGMENT: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:\.[1-9]\d{0,3})?", re.ASCII)
_OVERLAY: Final = re.compile(r"ovr-(\d{4})-(\d{2})-(\d{2})(?:\.[1-9]\d{0,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """Issue dates from `first` to `last`, both included."""

    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.first <= day <= self.last


def month_of(day: date) -> Period:
    """The whole month of a day."""
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(first, after - timedelta(days=1))


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise PackError(PackFault.ID) from error


def segment_period(name: str) -> Period:
    """What a segment's id covers. Raises `PackError` `pack.id`."""
    found = _SEGMENT.fullmatch(name)
    if found is None or found[1] == "9999":
        raise PackError(PackFault.ID)
    if found[3] is None:
        return month_of(_day(found[1], found[2], "01"))
    day = _day(found[1], found[2], found[3])
    return Period(day, day)


def overlay_day(name: str) -> date:
    """The day in an overlay's id. Raises `PackError` `pack.id`."""
    found = _OVERLAY.fullmatch(name)
    if found is None:
        raise PackError(PackFault.ID)
    return _day(found[1], found[2], found[3])
