"""The terminal as a file whose other end may vanish."""

from __future__ import annotations

from typing import TextIO


class TerminalOutput:
    """Passes text on until the terminal is gone, then swallows it.

    Textual's writer thread dies on an error and then blocks the event loop as soon as its
    short queue is full; with this file it lives on, and the app can end in order.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Writes; a hung-up terminal is noted and no error."""
        if not self._gone:
            try:
                self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        """Flushes, as `write`."""
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        """The terminal's descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._file.isatty()
