"""Writing a registry file, CSV or XLSX by its suffix, row by row in little memory.

The same rows give the same bytes: nothing of the clock or the machine gets in.
"""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from helpdesk.errors import HelpdeskError
from helpdesk.registry.columns import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    WriteRow = Callable[[Sequence[str]], None]

XLSX_ROWS: Final = 1_048_576
_SOME = 1_000
_EPOCH = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_SHEET_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="invoices" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


@contextmanager
def table(path: Path) -> Iterator[WriteRow]:
    """Open `path` for rows of `COLUMNS`; the header is written here.

    The file appears under its name when the block ends well, and not at all otherwise.

    Raises:
        HelpdeskError: `table.suffix` for another suffix than .csv or .xlsx, `table.rows`
            beyond a sheet's rows, `table.write` where the file cannot be written.
    """
    opener = {".csv": _csv_table, ".xlsx": _xlsx_table}.get(path.suffix.lower())
    if opener is None:
        raise HelpdeskError("table.suffix", file=path.name)
    with finished(path) as file, opener(file) as write:
        write(COLUMNS)
        yield write


@contextmanager
def finished(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only once it is whole. Raises `HelpdeskError` `table.write`."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise HelpdeskError("table.write", file=path.name) from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _csv_table(file: IO[bytes]) -> Iterator[WriteRow]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    yield csv.writer(text, lineterminator="\n").writerow
    text.flush()
    text.detach()


@contextmanager
def _xlsx_table(file: IO[bytes]) -> Iterator[WriteRow]:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in _PARTS.items():
            archive.writestr(_member(name), _HEAD + text)
        with archive.open(_member("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            writer = _Sheet(sheet)
            yield writer.write
            writer.end()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class _Sheet:
    """Rows of text cells, written some at a time."""

    def __init__(self, sheet: IO[bytes]) -> None:
        self._sheet = sheet
        self._rows = 0
        self._parts = [f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>']

    def write(self, cells: Sequence[str]) -> None:
        if self._rows == XLSX_ROWS:
            raise HelpdeskError("table.rows", most=str(XLSX_ROWS))
        self._rows += 1
        inner = "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells)
        self._parts.append(f"<row>{inner}</row>")
        if len(self._parts) >= _SOME:
            self._flush()

    def end(self) -> None:
        self._parts.append("</sheetData></worksheet>")
        self._flush()

    def _flush(self) -> None:
        self._sheet.write("".join(self._parts).encode())
        self._parts.clear()
