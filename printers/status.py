"""What a printer says of itself, by DLE EOT 1, 2 and 4 and by GS r 1.

Bits as in Epson's ESC/POS reference; every reply to DLE EOT has the form 0xx1xx10, every
reply to GS r 0xx0xxxx, so one is never taken for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

ASK_PRINTER = b"\x10\x04\x01"
ASK_OFFLINE_CAUSE = b"\x10\x04\x02"
ASK_PAPER = b"\x10\x04\x04"
ASK_BEHIND_DATA = b"\x1dr\x01"
"""GS r 1 waits its turn in the printer's buffer: its answer says the data before it is printed."""

_FIXED_BITS, _LIVE_FORM = 0x93, 0x12
_QUEUED_FIXED_BITS = 0x90
_OFFLINE = 0x08
_COVER_OPEN = 0x04
_PAPER_STOP = 0x20
_FAULT = 0x40
_PAPER_NEAR_END = 0x0C
_PAPER_END = 0x60


class PrinterState(StrEnum):
    """The one thing to know about a printer now."""

    READY = "ready"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    ERROR = "error"
    UNKNOWN = "unknown"


PRINTABLE = frozenset({PrinterState.READY, PrinterState.NEAR_END})
"""States in which a slip may be sent; silence is not one of them."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """A printer's state; `answers` is false for a device that has no way to say."""

    state: PrinterState
    answers: bool = True

    @property
    def printable(self) -> bool:
        """Whether a slip may be sent: it says it is ready, or it is known to be mute."""
        mute = not self.answers and self.state is PrinterState.UNKNOWN
        return self.state in PRINTABLE or mute


def is_live_reply(byte: int) -> bool:
    """Whether a byte has the form of a reply to DLE EOT."""
    return byte & _FIXED_BITS == _LIVE_FORM


def is_queued_reply(byte: int) -> bool:
    """Whether a byte has the form of a reply to GS r."""
    return byte & _QUEUED_FIXED_BITS == 0


def interpret(printer: int, offline_cause: int, paper: int) -> PrinterState:
    """The state behind the replies to DLE EOT 1, 2 and 4, the most telling one first."""
    if offline_cause & _COVER_OPEN:
        return PrinterState.COVER_OPEN
    if paper & _PAPER_END or offline_cause & _PAPER_STOP:
        return PrinterState.PAPER_OUT
    if offline_cause & _FAULT:
        return PrinterState.ERROR
    if printer & _OFFLINE:
        return PrinterState.OFFLINE
    if paper & _PAPER_NEAR_END:
        return PrinterState.NEAR_END
    return PrinterState.READY
