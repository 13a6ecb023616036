"""The terminal between two runs of the screen: repaired, silent, with a notice on it.

The standard library alone: the supervisor must start fast and have nothing that can break.
"""

from __future__ import annotations

import os
import termios
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

_REPAIR = "".join(
    [
        "\x18\x1b\\",  # ends whatever sequence the dead program had begun
        "\x1b[?2026l\x1b[?2048l\x1b[<u",  # synchronised output, sizes in band, kitty keys
        "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l",  # mouse
        "\x1b[?1004l\x1b[?2004l",  # focus reports, bracketed paste
        "\x1b[?1049l\x1b[?7h\x1b(B\x1b[0m",  # alternate screen, wrapping, character set, colour
    ]
)
_CLEAR = "\x1b[H\x1b[2J\x1b[3J"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_LFLAG, _CC = 3, 6
"""Places in what `tcgetattr` gives."""


class Console:
    """The terminal this process was started on, or none at all: then every call does nothing.

    Args:
        notice: gives the lines to show while there is no screen, one language after the other.
        keyboard, picture: descriptors to read from and to draw on.
    """

    def __init__(
        self, notice: Callable[[], Sequence[str]], *, keyboard: int = 0, picture: int = 2
    ) -> None:
        self._notice = notice
        self._keyboard = keyboard
        self._picture = picture
        self._before = _attributes(keyboard)
        self._shown = False

    def silence(self) -> None:
        """No echo, no line editing, no signals from keys; what was typed so far is discarded."""
        attributes = _attributes(self._keyboard)
        if attributes is None:
            return
        attributes[_LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
        attributes[_CC][termios.VMIN] = 1
        with suppress(termios.error):  # it hung up: nobody is there to echo to
            termios.tcsetattr(self._keyboard, termios.TCSAFLUSH, attributes)

    def show_notice(self) -> None:
        """Undo what a dead screen left behind, then paint the notice in the middle."""
        self._shown = True
        columns, rows = self._size()
        lines = [part for line in self._notice() for part in _wrapped(line, columns)][:rows]
        top = max(1, (rows - len(lines)) // 2 + 1)
        painted = "".join(
            f"\x1b[{top + place};{max(1, (columns - _cells(line)) // 2 + 1)}H{line}"
            for place, line in enumerate(lines)
        )
        self._write(_REPAIR + _HIDE_CURSOR + _CLEAR + painted + f"\x1b[{rows};1H")

    def restore(self) -> None:
        """The terminal as it was found."""
        if self._shown:
            self._write("\x1b[0m" + _SHOW_CURSOR + "\r\n")
        if self._before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._keyboard, termios.TCSAFLUSH, self._before)

    def _size(self) -> tuple[int, int]:
        try:
            size = os.get_terminal_size(self._picture)
        except OSError:
            return 80, 24
        return size.columns or 80, size.lines or 24

    def _write(self, text: str) -> None:
        if not os.isatty(self._picture):
            return
        pending = text.encode()
        with suppress(OSError):
            while pending:
                pending = pending[os.write(self._picture, pending) :]


def _attributes(fd: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def _cells(text: str) -> int:
    """Columns that a text takes; Chinese takes two a character."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _wrapped(line: str, columns: int) -> Iterator[str]:
    """The line in parts that fit, cut between words where there are any."""
    while _cells(line) > columns:
        cut = 1
        while _cells(line[: cut + 1]) <= columns:
            cut += 1
        space = line.rfind(" ", 1, cut + 1)
        cut = space if space > 0 else cut
        yield line[:cut].rstrip()
        line = line[cut:].lstrip()
    yield line
