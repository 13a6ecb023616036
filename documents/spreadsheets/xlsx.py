"""Reading the first sheet of an XLSX workbook. Runs in the jail only.

Values: `{"total": N}` first, N the number of the last row, then batches of rows
`[[number, [text, ...], problem], ...]`. `problem` is "" or why a cell of that row has no text:
"number_cell" for a long number kept as a number, whose last digits a spreadsheet has already lost,
"cell" for truth values, times and errors.
"""

from __future__ import annotations

import encodings.cp437  # noqa: F401 - zipfile loads it late, when the jail lets no file be opened
import re
import zipfile
import zlib
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, BinaryIO, Final

from python_calamine import CalamineError, CalamineWorkbook

from documents.errors import DAMAGED, DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_UNPACKED: Final = 256 << 20
"""Bytes of all members: some 400,000 invoices. Longer tables come as CSV."""
MOST_MEMBERS: Final = 256
MOST_COLUMNS: Final = 64
_BATCH: Final = 200
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 64
_EXACT: Final = 2**53
_CENT: Final = 1e-6
# References of cells right of column 64 (BL). One such cell makes the whole width memory.
_FAR_CELL: Final = re.compile(rb'<(?:\w+:)?c [^<>]*?r="((?:[A-Z]{3}|B[M-Z]|[C-Z][A-Z])\d{1,7})"')
# A password, an unknown method and a broken stream each come as an error of their own.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def read_rows(file: BinaryIO) -> Iterator[object]:
    """Yield the rows of the first sheet, in the form that the module describes.

    Raises:
        DocumentError: `document.damaged`, `document.unpacked` for an archive that unpacks to more
            than `MOST_UNPACKED`, `document.far_cell` with the `cell` that stands outside of
            any table.
    """
    check_archive(file)
    file.seek(0)
    try:
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except (CalamineError, IndexError) as error:
        raise DocumentError(DAMAGED) from error
    yield {"total": sheet.end[0] + 1 if sheet.end else 1}
    first = sheet.start[0] if sheet.start else 0
    batch: list[object] = []
    for number, cells in enumerate(sheet.iter_rows(), first + 1):
        if any(cell != "" for cell in cells):
            batch.append(_row(number, cells))
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    yield batch


def check_archive(file: BinaryIO) -> None:
    """Unpack every member once, counting: a small file may hold more than the memory takes.

    Raises:
        DocumentError: as `read_rows`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED:
                raise DocumentError("document.unpacked")
            for member in members:
                # The sizes in the directory may lie; reading to the end proves them.
                with archive.open(member) as packed:
                    _check_member(packed)
    except _BROKEN as error:
        raise DocumentError(DAMAGED) from error


def _check_member(packed: IO[bytes]) -> None:
    tail = b""
    while chunk := packed.read(_CHUNK):
        if far := _FAR_CELL.search(tail + chunk):
            raise DocumentError("document.far_cell", cell=far[1].decode("ascii"))
        tail = chunk[-_OVERLAP:]


def _row(number: int, cells: Sequence[object]) -> list[object]:
    try:
        return [number, [_text(cell) for cell in cells], ""]
    except _CellProblemError as problem:
        return [number, [], str(problem)]


class _CellProblemError(ValueError):
    """A cell without a text that its author can have meant."""


def _text(cell: object) -> str:
    """A number or day as the sheet's author meant it. Raises `_CellProblemError`."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        raise _CellProblemError("cell")
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    raise _CellProblemError("cell")


def _number(cell: float) -> str:
    # Written so that what is no number at all is refused too.
    if not abs(cell) < _EXACT:
        raise _CellProblemError("number_cell")
    if cell == int(cell):
        return str(int(cell))
    near = f"{cell:.2f}"
    return near if abs(float(near) - cell) < _CENT else repr(cell)
