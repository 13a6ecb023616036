"""Lines on a terminal that replace those shown before."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTH = 80


@dataclass(slots=True)
class InPlace:
    """Paints on `out`; the cursor stays below the last line, so that whatever follows is whole."""

    out: TextIO
    _shown: list[str] = field(default_factory=list)
    _width: int = 0

    def show(self, lines: Iterable[str]) -> None:
        """These lines in the place of the last ones, wrapped as the terminal is wide now."""
        # Loaded with typer already; only this part of the command line measures text.
        from rich.cells import chop_cells

        width = _columns(self.out)
        wrapped = [part for line in lines for part in chop_cells(line, width - 1) or [""]]
        if wrapped == self._shown and width == self._width:
            return
        self.out.write(self._back(width) + "".join(f"{line}\n" for line in wrapped))
        self.out.flush()
        self._shown, self._width = wrapped, width

    def _back(self, width: int) -> str:
        """To the first line, nothing left below it; on a resized terminal begin anew."""
        if not self._shown:
            return ""
        if width != self._width:
            return "\x1b[H\x1b[2J"
        return f"\x1b[{len(self._shown)}F\x1b[J"


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns or _WIDTH
    except OSError:
        return _WIDTH
