"""A bracketed paste while it arrives."""

from __future__ import annotations

from kiosk.scanners.escape import PASTE_END


class Paste:
    """Collects what stands between the two paste marks, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._tail = bytearray()
        self.dropped = 0
        """Bytes over the limit, counted and forgotten."""

    def add(self, byte: int) -> bool:
        """One more byte; whether it completed the end mark."""
        self._tail.append(byte)
        if self._tail == PASTE_END:
            self._tail.clear()
            return True
        if len(self._tail) == len(PASTE_END):
            self._keep(self._tail.pop(0))
        return False

    def content(self) -> bytes:
        """What was pasted so far, without the marks; at most `limit` bytes."""
        for byte in self._tail:
            self._keep(byte)
        self._tail.clear()
        return bytes(self._kept)

    def _keep(self, byte: int) -> None:
        if len(self._kept) < self._limit:
            self._kept.append(byte)
        else:
            self.dropped += 1
