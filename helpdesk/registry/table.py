"""A registry file, whatever its form, as rows."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from helpdesk.registry.csv_table import CsvTable
from helpdesk.registry.errors import RowError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Line = tuple[int, "Sequence[str] | RowError"]
"""The number of a row's first line, and its cells in the order of `COLUMNS` or its error."""


class Table(Protocol):
    """An open file of rows."""

    @property
    def done(self) -> int:
        """How far it was read, on the scale of `total`."""

    @property
    def total(self) -> int:
        """What `done` will be at the end; at least 1."""

    def lines(self) -> Iterator[Line]:
        """The rows, once. Raises `TableError` where the header is none."""

    def close(self) -> None:
        """Let the file go."""


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a file by its suffix, .csv or .xlsx.

    Raises:
        TableError: `table.suffix`, `table.read` where the file cannot be read, `table.xlsx`
            or `table.unpacked`.
    """
    table = _opened(path)
    try:
        yield table
    finally:
        table.close()


def _opened(path: Path) -> Table:
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            return CsvTable.open(path)
        if suffix == ".xlsx":
            # Loaded late: most imports are CSV, and most commands import nothing.
            from helpdesk.registry.xlsx_table import XlsxTable

            return XlsxTable.open(path)
    except OSError as error:
        raise TableError("table.read", file=path.name) from error
    raise TableError("table.suffix", file=path.name)
