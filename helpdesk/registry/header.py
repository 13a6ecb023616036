"""The header row of a registry file: which column stands where."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from helpdesk.registry.columns import COLUMNS, REQUIRED
from helpdesk.registry.errors import RowError, TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN: Final = 40
"""Characters of an unknown name that a message repeats."""


class Header:
    """Puts the cells of a row into the order of `COLUMNS`.

    Raises:
        TableError: `table.empty`, `table.column_unknown`, `table.column_misspelt`,
            `table.column_twice` or `table.columns_missing`. A misspelt column would else be
            a column left out, and a voided invoice would go in as a normal one.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        names = [cell.strip().lstrip("\ufeff").lower() for cell in cells]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise TableError("table.empty")
        _check_names(names)
        self._width = len(names)
        self._ordered = tuple(names) == COLUMNS
        self._places = [names.index(name) if name in names else -1 for name in COLUMNS]

    def arrange(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells in the order of `COLUMNS`, "" for a column that the file lacks.

        Raises:
            RowError: `row.width` for a row with more or fewer cells than the header.
        """
        if len(cells) != self._width and (len(cells) < self._width or any(cells[self._width :])):
            raise RowError("row.width", found=str(len(cells)), expected=str(self._width))
        if self._ordered:
            return cells[: self._width]
        return [cells[place] if place >= 0 else "" for place in self._places]


def _check_names(names: Sequence[str]) -> None:
    for index, name in enumerate(names):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            place = {"place": str(index + 1), "name": _shown(name)}
            if near:
                raise TableError("table.column_misspelt", near=near[0], **place)
            raise TableError("table.column_unknown", columns=", ".join(COLUMNS), **place)
        if names.index(name) != index:
            raise TableError("table.column_twice", column=name)
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise TableError("table.columns_missing", columns=", ".join(missing))


def _shown(name: str) -> str:
    """A stranger's name of a column as one short line that a terminal only shows."""
    visible = "".join(each if each.isprintable() else "\ufffd" for each in name)
    return visible if len(visible) <= _SHOWN else visible[:_SHOWN] + "…"
