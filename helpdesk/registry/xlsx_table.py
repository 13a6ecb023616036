"""Reading a registry file in XLSX: the first sheet, by the jailed reader of `documents`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO, Final

from documents.errors import DAMAGED, DocumentError
from documents.jail.client import Jail
from documents.jail.limits import Limits
from helpdesk.registry.errors import RowError, TableError
from helpdesk.registry.header import Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from helpdesk.registry.table import Line

LIMITS: Final = Limits(memory=1 << 30, cpu_seconds=120, wait_seconds=180.0)
"""For the largest sheet that `documents.spreadsheets.xlsx` unpacks."""
_CODES: Final = {
    DAMAGED: "table.xlsx",
    "document.unpacked": "table.unpacked",
    "document.far_cell": "table.far_cell",
    "document.memory": "table.memory",
    "document.time": "table.time",
}
_PROBLEMS: Final = frozenset({"cell", "number_cell"})

Row = tuple[int, list[str], str]


class XlsxTable:
    """The rows of the first sheet, read by a child process that this table owns."""

    def __init__(self, resources: ExitStack, values: Iterator[object], total: int) -> None:
        self.total = total
        self.done = 0
        self._resources = resources
        self._values = values

    @classmethod
    def open(cls, path: Path, limits: Limits = LIMITS) -> XlsxTable:
        """Open it.

        Raises:
            OSError: The file cannot be read.
            TableError: `table.xlsx`, `table.unpacked`, `table.far_cell`, `table.memory`,
                `table.time`, or `table.jail` where no child process could be had.
        """
        resources = ExitStack()
        try:
            file = resources.enter_context(path.open("rb"))
            values = _values(resources, file, limits)
            return cls(resources, values, _total(next(values, None)))
        except BaseException:
            resources.close()
            raise

    def close(self) -> None:
        """End the child process."""
        self._resources.close()

    def lines(self) -> Iterator[Line]:
        """Each row with its number. Raises `TableError` for the header, or as `open`."""
        rows = (row for batch in self._values for row in _rows(batch))
        self.done, cells, _ = next(rows, (1, [], ""))
        header = Header(cells)
        for number, cells, problem in rows:
            self.done = number
            try:
                yield number, _arranged(header, cells, problem)
            except RowError as error:
                yield number, error
        self.done = self.total


def _values(resources: ExitStack, file: BinaryIO, limits: Limits) -> Iterator[object]:
    """The reader's values, its errors in our words; what it needs is closed with `resources`."""
    try:
        jail = resources.enter_context(Jail())
        yield from resources.enter_context(jail.read("xlsx", file, limits))
    except DocumentError as error:
        raise TableError(_CODES.get(error.code, "table.jail"), **error.params) from error


def _total(value: object) -> int:
    match value:
        case {"total": int(total)} if total > 0:
            return total
    raise TableError("table.xlsx")


def _rows(batch: object) -> Iterator[Row]:
    """The rows of a batch. What the child says is checked: a hostile file may speak through it."""
    for row in batch if isinstance(batch, list) else [batch]:
        match row:
            case [int(number), list(cells), str(problem)] if all(
                isinstance(cell, str) for cell in cells
            ):
                yield number, cells, problem
            case _:
                raise TableError("table.xlsx")


def _arranged(header: Header, cells: Sequence[str], problem: str) -> Sequence[str]:
    """The cells in our order. Raises `RowError` for a cell without a text, or as `arrange`."""
    if problem:
        raise RowError(f"row.{problem}" if problem in _PROBLEMS else "row.cell")
    return header.arrange(cells)
