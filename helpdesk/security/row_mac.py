"""Rows that decide whom to trust carry a mark that writing SQL alone does not give.

HMAC-SHA-256 under a key of the ring for each table, over every column that counts. It says that
this server has written the row as it stands; not that it is the last one it wrote.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from helpdesk.security.blind_index import BlindIndex
from helpdesk.security.framing import framed

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RowMac"]

_NOTHING: Final = b"n"

Column = str | bytes | int | None


class RowMac:
    """The marks of one table. Thread-safe."""

    def __init__(self, key: bytes) -> None:
        self._keyed = BlindIndex(key)

    def of(self, *columns: Column) -> bytes:
        """Return the 16 bytes that belong beside these columns, in this order."""
        return self._keyed.of(framed(*_spelled(columns)))

    def holds(self, mac: bytes | None, *columns: Column) -> bool:
        """Tell whether ``mac`` is what ``of`` gave for just these columns."""
        return mac is not None and hmac.compare_digest(bytes(mac), self.of(*columns))


def _spelled(columns: Iterable[Column]) -> Iterable[bytes]:
    """Spell each with its kind: 7, "7" and nothing are three different columns."""
    for column in columns:
        match column:
            case None:
                yield _NOTHING
            case bytes():
                yield b"b" + column
            case str():
                yield b"s" + column.encode()
            case _:
                yield b"i%d" % column
