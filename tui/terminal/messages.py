"""What the terminal tells the app beyond keys and touches."""

from __future__ import annotations

from collections.abc import Iterator

from textual.message import Message


class ScanReceived(Message):
    """A scanner sent a code; posted to the app, whatever has focus. Not to be changed."""

    def __init__(self, data: bytes, at: float) -> None:
        super().__init__()
        self._data = data
        self._at = at

    @property
    def data(self) -> bytes:
        """The bytes of one whole scan, without prefix and terminator."""
        return self._data

    @property
    def at(self) -> float:
        """When its last byte arrived, monotonic seconds."""
        return self._at

    def __rich_repr__(self) -> Iterator[tuple[str, int]]:
        yield "length", len(self._data)  # the content is an invoice's: not for logs
