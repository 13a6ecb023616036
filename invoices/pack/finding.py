"""What a pack can say about an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from invoices.verdict import State

if TYPE_CHECKING:
    from datetime import datetime


class StatusCode(IntEnum):
    """The three bits that stand for a state. `WITHDRAWN` is known to overlays only."""

    NORMAL = 0
    VOIDED = 1
    RED = 2
    RED_PARTIAL = 3
    RED_FULL = 4
    WITHDRAWN = 5


STATES: Final = (State.NORMAL, State.VOIDED, State.RED, State.RED_PARTIAL, State.RED_FULL)
"""The state of each `StatusCode` but the last, by its number."""


class Miss(Enum):
    """Why one segment does not confirm an invoice."""

    NOT_FOUND = "not_found"
    MISMATCH = "mismatch"
    UNMATCHED = "unmatched"


class Finding(StrEnum):
    """What all packs together say.

    `UNMATCHED`: not confirmed, and these packs carry no label that would tell `MISMATCH` from
    `NOT_FOUND`. `NOT_COVERED`: no pack holds that issue date, so nothing can be known yet.
    """

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNMATCHED = "unmatched"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True, slots=True)
class PackAnswer:
    """A finding, the state that goes with a match, and how fresh it is.

    Attributes:
        as_of: UTC; a match: up to when the state is known. A miss: when the newest segment of that
            date was extracted. None where nothing covers the date.
        segment: id of the segment that matched, else "".
    """

    finding: Finding
    state: State | None = None
    as_of: datetime | None = None
    segment: str = ""
