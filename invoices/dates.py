"""Issue dates as printed and typed, and years counted back from a day."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from invoices.errors import ClaimError, Fault

COMPACT: Final = 8
"""Digits of a date without separators: YYYYMMDD."""
_LONGEST: Final = 16
_COMPACT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SEPARATED: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def parse_date(text: str) -> date:
    """A day from `20260101`, `2026-01-01`, `2026/1/1`, `2026.1.1` or `2026年1月1日`.

    Raises `ClaimError` (`claim.issued_on.form`, or `.day` for a day no calendar has).
    """
    short = text[: _LONGEST + 1]
    parts = _COMPACT.fullmatch(short) or _SEPARATED.fullmatch(short)
    if parts is None:
        raise ClaimError(Fault.CLAIM_DATE_FORM)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError as error:
        raise ClaimError(Fault.CLAIM_DATE_DAY) from error


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes the 28th. Never before year 1."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
