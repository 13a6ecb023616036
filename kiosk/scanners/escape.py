"""Where a terminal's escape sequence ends, so that a key or a mouse report is kept whole."""

from __future__ import annotations

from enum import Enum, auto

ESC = 0x1B
PASTE_START = b"\x1b[200~"
PASTE_END = b"\x1b[201~"

_LONGEST = 32
"""Bytes; what goes on longer is no key, no mouse report and no mode report."""
_MOUSE_X10 = 6
"""Bytes of `ESC [ M` and its three coordinates."""


class Extent(Enum):
    """What is known of a sequence that began with ESC."""

    OPEN = auto()
    """More bytes belong to it."""
    COMPLETE = auto()
    """The last byte ends it."""
    BROKEN = auto()
    """The last byte does not belong to it."""


def extent(sequence: bytes | bytearray) -> Extent:
    """How far a sequence reaches; `sequence` starts with ESC and grew by its last byte."""
    last = sequence[-1]
    if len(sequence) == 1:
        return Extent.OPEN
    if len(sequence) == 2:  # noqa: PLR2004 - ESC and the byte that says which family it is
        return _family(last)
    if sequence[1] == ord("O"):
        return Extent.COMPLETE if 0x20 <= last < 0x7F else Extent.BROKEN  # noqa: PLR2004
    if sequence[2] == ord("M"):
        return Extent.COMPLETE if len(sequence) == _MOUSE_X10 else Extent.OPEN
    if len(sequence) > _LONGEST:
        return Extent.BROKEN
    return _control_sequence(sequence, last)


def _family(second: int) -> Extent:
    """`ESC [` and `ESC O` go on; ESC and a visible character are that key with Alt."""
    if second in b"[O":
        return Extent.OPEN
    return Extent.COMPLETE if 0x20 <= second < 0x7F else Extent.BROKEN  # noqa: PLR2004


def _control_sequence(sequence: bytes | bytearray, last: int) -> Extent:
    """ECMA-48: parameters and intermediates, then one final byte.

    The Linux console's function keys are the exception: `ESC [ [` and one letter.
    """
    if last == ord("[") and len(sequence) == 3:  # noqa: PLR2004 - directly after `ESC [`
        return Extent.OPEN
    if 0x20 <= last <= 0x3F:  # noqa: PLR2004
        return Extent.OPEN
    return Extent.COMPLETE if 0x40 <= last <= 0x7E else Extent.BROKEN  # noqa: PLR2004
