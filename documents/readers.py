"""The readers that may run in the jail, by the name a request uses.

A new format is a module with one generator function and one line here. A reader gets the open
file and yields values that JSON can carry; it raises `DocumentError`, and whatever else it raises
becomes `document.damaged`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from documents.spreadsheets import xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Reader = Callable[[BinaryIO], Iterator[object]]

READERS: Final[dict[str, Reader]] = {
    "xlsx": xlsx.read_rows,
}
