"""Reading a registry file in CSV: UTF-8 (with or without a mark) or GB18030, line by line."""

from __future__ import annotations

import csv
import io
import re
from typing import IO, TYPE_CHECKING, Final

from helpdesk.registry.errors import RowError, TableError
from helpdesk.registry.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from helpdesk.registry.table import Line

LONGEST_LINE: Final = 64 * 1024
"""Characters; fifteen cells of an invoice are a few hundred."""
_BLOCK = 64 * 1024
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_MARK = b"\xef\xbb\xbf"
_LONGEST_CHARACTER = 4
_BREAK = re.compile("[\r\n]")


class CsvTable:
    """The rows of a CSV file. Broken and overlong ones become errors, the next are read on."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.total = max(size, 1)
        self._file = file
        # Kept, because a wrapper that is let go closes the file under it.
        self._text: io.TextIOWrapper | None = None
        self._overlong: set[int] = set()

    @classmethod
    def open(cls, path: Path) -> CsvTable:
        """Open it. Raises `OSError`."""
        return cls(path.open("rb"), path.stat().st_size)

    @property
    def done(self) -> int:
        """Bytes read so far, of `total`."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def lines(self) -> Iterator[Line]:
        """Each row with the number of its first line. Raises `TableError` for the header."""
        encoding = encoding_of(self._file)
        self._text = io.TextIOWrapper(self._file, encoding, errors="replace", newline="")
        reader = csv.reader(self._bounded(self._text), strict=True)
        header = Header(_first(reader))
        while True:
            number = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield number, RowError("row.csv")
                yield from _quoted(number, reader.line_num)
                continue
            if not any(cells):
                continue
            try:
                self._refuse_overlong(number, reader.line_num)
                yield number, header.arrange(cells)
            except RowError as error:
                yield number, error
            if reader.line_num > number and any(_BREAK.search(cell.strip()) for cell in cells):
                # No row of ours has such a cell: a quote was left open, and rows are inside.
                yield from _quoted(number, reader.line_num)

    def _refuse_overlong(self, first: int, last: int) -> None:
        if self._overlong and not self._overlong.isdisjoint(range(first, last + 1)):
            raise RowError("row.long_line", most=str(LONGEST_LINE))

    def _bounded(self, text: io.TextIOWrapper) -> Iterator[str]:
        """The lines; of an overlong one only a mark is handed on."""
        number = 0
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                self._overlong.add(number)
                while line and line[-1] not in "\r\n":
                    line = text.readline(LONGEST_LINE)
                line = "overlong\n"
            yield line


def _quoted(first: int, last: int) -> Iterator[Line]:
    """The lines behind `first` that quotes opened there have taken in: none goes unmentioned."""
    for number in range(first + 1, last + 1):
        yield number, RowError("row.quoted")


def _first(reader: Iterator[list[str]]) -> Sequence[str]:
    try:
        return next(reader)
    except StopIteration as error:
        raise TableError("table.empty") from error
    except csv.Error as error:
        raise TableError("table.header") from error


def encoding_of(file: IO[bytes]) -> str:
    """Which encoding a file is in, by the first part of it that is not plain ASCII.

    Bytes that fit neither are read as UTF-8, and their rows refused one by one. The file
    stands at its beginning again. Raises `TableError` `table.encoding` for UTF-16.
    """
    block = file.read(_BLOCK)
    if block.startswith(_WIDE):
        raise TableError("table.encoding")
    marked = block.startswith(_MARK)
    while block.isascii() and (more := file.read(_BLOCK)):
        block = block[-_LONGEST_CHARACTER:] + more
    file.seek(0)
    if marked or _decodes(block, "utf-8"):
        return "utf-8-sig"
    return "gb18030" if _decodes(block, "gb18030") else "utf-8-sig"


def _decodes(block: bytes, encoding: str) -> bool:
    """Whether a block decodes, but for a character cut through at its end."""
    try:
        block.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start > 0 and error.start >= len(block) - _LONGEST_CHARACTER
    return True
