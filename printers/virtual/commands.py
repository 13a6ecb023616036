"""ESC/POS as a printer reads it: a stream of bytes to commands, one at a time.

Written from the printer's side and sharing nothing with the encoder, so that a mistake in one
is not hidden by the same mistake in the other.
"""

from __future__ import annotations

from dataclasses import dataclass

ESC, FS, GS = 0x1B, 0x1C, 0x1D
_TEXT = 0x20

_LENGTHS = {
    b"\x1b@": 2, b"\x1b2": 2, b"\x1b3": 3, b"\x1ba": 3, b"\x1bE": 3, b"\x1bG": 3, b"\x1b!": 3,
    b"\x1b-": 3, b"\x1bd": 3, b"\x1bJ": 3, b"\x1bM": 3, b"\x1bR": 3, b"\x1bt": 3, b"\x1bV": 3,
    b"\x1b{": 3, b"\x1bp": 5, b"\x1b$": 4, b"\x1b\\": 4, b"\x1c&": 2, b"\x1c.": 2, b"\x1c!": 3,
    b"\x1cW": 3, b"\x1c-": 3, b"\x1cS": 4, b"\x1d!": 3, b"\x1dB": 3, b"\x1dH": 3, b"\x1da": 3,
    b"\x1db": 3, b"\x1dh": 3, b"\x1dr": 3, b"\x1dw": 3, b"\x1dL": 4, b"\x1dW": 4, b"\x1dP": 4,
}  # fmt: skip
"""Bytes of the commands whose length is fixed, their two-byte head included."""

_CUT_AFTER_FEED = frozenset(b"\x41\x42\x61\x62\x67\x68")
_COLUMNS_OF_24 = frozenset(b"\x20\x21")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `name` is its head (`text`, or a control's two bytes), then its arguments."""

    name: bytes
    arguments: bytes = b""


class Parser:
    """Bytes go in as they come, whole commands come out; Chinese mode is off until switched on."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._chinese = False

    @property
    def waiting(self) -> int:
        """Bytes received and not yet printed."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Put bytes into the buffer."""
        self._buffer += data

    def take(self) -> tuple[Command, int] | None:
        """The next command with its length in bytes, `None` while it is incomplete."""
        length = self._length()
        if length is None or length > len(self._buffer):
            return None
        raw = bytes(self._buffer[:length])
        del self._buffer[:length]
        command = _command(raw)
        self._follow(command.name)
        return command, length

    def _follow(self, name: bytes) -> None:
        if name == b"\x1c&":
            self._chinese = True
        elif name in {b"\x1c.", b"\x1b@"}:
            self._chinese = False

    def _length(self) -> int | None:
        if not self._buffer:
            return None
        first = self._buffer[0]
        if first >= _TEXT:
            return 2 if self._chinese and first > 0x80 else 1  # noqa: PLR2004 -- a lead byte
        if first not in {ESC, FS, GS}:
            return 1
        head = bytes(self._buffer[:2])
        if len(head) < len(b"\x1b@"):
            return None
        return _LENGTHS.get(head) or self._counted(head)

    def _counted(self, head: bytes) -> int | None:
        """The length of a command that says it itself; two bytes for one we do not know."""
        rest = bytes(self._buffer[2:8])
        need = {b"\x1d(": 3, b"\x1dv": 6, b"\x1dV": 1, b"\x1b*": 3}.get(head)
        if need is None:
            return 2
        if len(rest) < need:
            return None
        if head == b"\x1d(":
            return 5 + _number(rest[1:3])
        if head == b"\x1dv":
            return 8 + _number(rest[2:4]) * _number(rest[4:6])
        if head == b"\x1dV":
            return 4 if rest[0] in _CUT_AFTER_FEED else 3
        return 5 + _number(rest[1:3]) * (3 if rest[0] in _COLUMNS_OF_24 else 1)


def _command(raw: bytes) -> Command:
    if raw[0] >= _TEXT:
        return Command(b"text", raw)
    return Command(raw[:2], raw[2:])


def _number(pair: bytes) -> int:
    return int.from_bytes(pair, "little")
