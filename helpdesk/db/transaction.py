"""Raw SQL inside an open transaction, the same on both databases."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from helpdesk.db.errors import translated
from helpdesk.db.placeholders import for_sqlite
from helpdesk.db.sqlite_client import refuse_foreign_task

if TYPE_CHECKING:
    from collections.abc import Sequence

    import aiosqlite

__all__ = ["PostgresTransaction", "Row", "SqliteTransaction", "Transaction", "Value"]

Value = int | str | bytes | float | None
Row = tuple[Any, ...]


class Transaction(Protocol):
    """An open transaction; it belongs to the task that opened it."""

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement and return the number of rows it changed."""
        ...

    async def executemany(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run one statement once for each row of values."""
        ...

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """Run one statement (a query, or one with RETURNING) and return its rows."""
        ...


class SqliteTransaction:
    """A transaction on the writing connection of a SQLite file."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._owner = asyncio.current_task()

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement and return the number of rows it changed."""
        refuse_foreign_task(self._owner)
        with translated():
            cursor = await self._connection.execute(for_sqlite(sql), args)
            return max(cursor.rowcount, 0)

    async def executemany(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run one statement once for each row of values."""
        refuse_foreign_task(self._owner)
        with translated():
            await self._connection.executemany(for_sqlite(sql), rows)

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """Run one statement (a query, or one with RETURNING) and return its rows."""
        refuse_foreign_task(self._owner)
        with translated():
            rows = await self._connection.execute_fetchall(for_sqlite(sql), args)
        return [tuple(row) for row in rows]


class PostgresTransaction:
    """A transaction on a pooled PostgreSQL connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._owner = asyncio.current_task()

    async def execute(self, sql: str, *args: Value) -> int:
        """Run one statement and return the number of rows it changed."""
        refuse_foreign_task(self._owner)
        with translated():
            status: str = await self._connection.execute(sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def executemany(self, sql: str, rows: Sequence[Sequence[Value]]) -> None:
        """Run one statement once for each row of values."""
        refuse_foreign_task(self._owner)
        with translated():
            await self._connection.executemany(sql, rows)

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """Run one statement (a query, or one with RETURNING) and return its rows."""
        refuse_foreign_task(self._owner)
        with translated():
            rows = await self._connection.fetch(sql, *args)
        return [tuple(row) for row in rows]
