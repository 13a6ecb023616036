"""A serial scanner's bytes to codes: whatever comes on this line is a scan."""

from __future__ import annotations

from kiosk.scanners.decoding import LIMIT
from kiosk.scanners.framing import STX

_ENDS = b"\r\n\t\x03"


class CodeLines:
    """Cuts at CR, LF, TAB and ETX; drops STX and empty lines.

    An over-long code comes out cut at `LIMIT` + 1 bytes, so that decoding refuses it.
    """

    def __init__(self) -> None:
        self._code = bytearray()

    @property
    def pending(self) -> bool:
        """Whether the beginning of a code is held."""
        return bool(self._code)

    def feed(self, data: bytes) -> list[bytes]:
        """The codes that these bytes complete."""
        codes = []
        for byte in data:
            if byte in _ENDS:
                codes += self.flush()
            elif byte != STX[0] and len(self._code) <= LIMIT:
                self._code.append(byte)
        return codes

    def flush(self) -> list[bytes]:
        """What is held, as the code of a scanner that sends no terminator."""
        code = bytes(self._code)
        self._code.clear()
        return [code] if code else []
