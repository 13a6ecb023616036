"""Reading a registry file in XLSX: the first sheet, after the archive was found harmless."""

from __future__ import annotations

import zipfile
import zlib
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from python_calamine import CalamineError, CalamineWorkbook

from helpdesk.registry.errors import RowError, TableError
from helpdesk.registry.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from python_calamine import CalamineSheet

    from helpdesk.registry.table import Line

MOST_BYTES: Final = 2 << 30
"""Of all members unpacked: a full sheet of a million invoices has less than half."""
MOST_MEMBERS: Final = 256
_CHUNK = 1 << 20
_EXACT = 2**53
_CENT = 1e-6
# A password, an unknown method and a broken stream each come as an error of their own.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class XlsxTable:
    """The rows of the first sheet. The sheet is held in memory while it is read."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self.total = sheet.end[0] + 1 if sheet.end else 1
        self.done = 0
        self._sheet = sheet

    @classmethod
    def open(cls, path: Path) -> XlsxTable:
        """Open it. Raises `OSError`, or `TableError` `table.xlsx` or `table.unpacked`."""
        check_archive(path)
        try:
            return cls(CalamineWorkbook.from_path(path).get_sheet_by_index(0))
        except (CalamineError, IndexError) as error:
            raise TableError("table.xlsx") from error

    def close(self) -> None:
        """Nothing is left open."""

    def lines(self) -> Iterator[Line]:
        """Each row with its number. Raises `TableError` for the header."""
        first = self._sheet.start[0] if self._sheet.start else 0
        rows = enumerate(self._sheet.iter_rows(), first + 1)
        self.done, cells = next(rows, (1, []))
        header = Header([str(cell) for cell in cells])
        for number, cells in rows:
            self.done = number
            if not any(cell != "" for cell in cells):
                continue
            try:
                yield number, header.arrange(_texts(cells))
            except RowError as error:
                yield number, error


def check_archive(path: Path) -> None:
    """Unpack every member once, counting: a small file may hold more than the memory takes.

    Raises:
        TableError: `table.xlsx` for a damaged archive, `table.unpacked` for one that unpacks
            to more than `MOST_BYTES`. `OSError` passes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_BYTES:
                raise TableError("table.unpacked")
            for member in members:
                # The sizes in the directory may lie; reading to the end proves them.
                with archive.open(member) as packed:
                    while packed.read(_CHUNK):
                        pass
    except _DAMAGED as error:
        raise TableError("table.xlsx") from error


def _texts(cells: Sequence[object]) -> list[str]:
    return [cell if isinstance(cell, str) else _text(cell) for cell in cells]


def _text(cell: object) -> str:
    """A number or day as the sheet's author meant it.

    Raises:
        RowError: `row.number_cell` for a long number kept as a number, whose last digits a
            spreadsheet has already lost; `row.cell` for truth values and times.
    """
    if isinstance(cell, bool):
        raise RowError("row.cell")
    if isinstance(cell, int | float):
        # Written so that what is no number at all is refused too.
        if not abs(cell) < _EXACT:
            raise RowError("row.number_cell")
        if cell == int(cell):
            return str(int(cell))
        near = f"{cell:.2f}"
        return near if abs(float(near) - cell) < _CENT else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    raise RowError("row.cell")
