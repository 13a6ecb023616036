"""Record numbers such as `A03-261124-0127`, and the code on a slip that carries one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from invoices.errors import Fault, RecordError

SCHEME: Final = "YPR"
LONGEST_CODE: Final = 51
"""The code's QR must fit the screen, 33 x 17 cells."""
TOKEN_LENGTH: Final = 20
COUNTER_DIGITS: Final = 4
COUNTER_LIMIT: Final = 10**7

_PREFIX: Final = re.compile(r"[A-Z][A-Z0-9]{0,5}")
_RECORD: Final = re.compile(r"([A-Z][A-Z0-9]{0,5})-([0-9]{6})-([0-9]{4,7})")
_TOKEN: Final = re.compile(rf"[A-Z2-7]{{{TOKEN_LENGTH}}}")
_CENTURY: Final = 2000
_DAY_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class RecordNumber:
    """A leased prefix, the Beijing day, and a counter from 1 up within both."""

    prefix: str
    day: date
    counter: int


def make(prefix: str, day: date, counter: int) -> str:
    """The record number's text. Raises `RecordError` `record.prefix` or `record.counter`."""
    if not _PREFIX.fullmatch(prefix):
        raise RecordError(Fault.RECORD_PREFIX)
    if not 0 < counter < COUNTER_LIMIT:
        raise RecordError(Fault.RECORD_COUNTER)
    return f"{prefix}-{day:%y%m%d}-{counter:0{COUNTER_DIGITS}d}"


def parse(text: str) -> RecordNumber:
    """The parts of a record number, typed in any case. Raises `RecordError` `record.form`."""
    parts = _RECORD.fullmatch(text.strip().upper()) if len(text) <= LONGEST_CODE else None
    if parts is None:
        raise RecordError(Fault.RECORD_FORM)
    year, month, day = (int(parts[2][at : at + 2]) for at in (0, 2, 4))
    counter = int(parts[3])
    try:
        record = RecordNumber(parts[1], date(_CENTURY + year, month, day), counter)
    except ValueError as error:
        raise RecordError(Fault.RECORD_FORM) from error
    if counter == 0 or f"{counter:0{COUNTER_DIGITS}d}" != parts[3]:
        raise RecordError(Fault.RECORD_FORM)
    return record


def spelled(text: str, today: date) -> str:
    """The record number as it is printed, of one typed in any case, with its hyphens or without.

    Without them the parts are told by the day: no record is of a day after `today`, and the
    counter is four digits long unless that leaves no such day.
    Raises `RecordError` `record.form`.
    """
    solid = "".join(text.split()).upper()
    if "-" in solid:
        return _spelled(solid)
    for digits in range(COUNTER_DIGITS, len(str(COUNTER_LIMIT))):
        day = solid[:-digits]
        candidate = f"{day[:-_DAY_DIGITS]}-{day[-_DAY_DIGITS:]}-{solid[-digits:]}"
        try:
            found = parse(candidate)
        except RecordError:
            continue
        if found.day <= today:
            return candidate
    raise RecordError(Fault.RECORD_FORM)


def record_code(record: str, token: str) -> str:
    """`YPR:<record>:<token>`, at most 51 characters of a QR code's alphanumeric mode.

    Raises `RecordError` `record.form` or `record.token`.
    """
    spelled = _spelled(record)
    if not _TOKEN.fullmatch(token):
        raise RecordError(Fault.RECORD_TOKEN)
    return f"{SCHEME}:{spelled}:{token}"


def read_record_code(text: str) -> tuple[str, str | None]:
    """Record number and token of a slip's code; a bare record number has no token.

    Raises `RecordError` `record.form` or `record.token`.
    """
    if len(text) > 2 * LONGEST_CODE:
        raise RecordError(Fault.RECORD_FORM)
    scheme, *parts = text.strip().upper().split(":")
    if not parts:
        return _spelled(scheme), None
    if scheme != SCHEME or len(parts) > 2:  # noqa: PLR2004 - record and token
        raise RecordError(Fault.RECORD_FORM)
    record = _spelled(parts[0])
    if len(parts) == 1:
        return record, None
    if not _TOKEN.fullmatch(parts[1]):
        raise RecordError(Fault.RECORD_TOKEN)
    return record, parts[1]


def _spelled(text: str) -> str:
    number = parse(text)
    return make(number.prefix, number.day, number.counter)
