"""One look into a database beside whoever owns it: for checks that run while a server does."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import asyncpg

from helpdesk.db.address import SqliteAddress
from helpdesk.db.credentials import credentials
from helpdesk.db.errors import translated
from helpdesk.db.placeholders import for_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk.db.address import PostgresAddress
    from helpdesk.db.transaction import Row, Value

__all__ = ["peek"]

_BUSY_SECONDS = 5.0


async def peek(address: SqliteAddress | PostgresAddress, sql: str, *args: Value) -> list[Row]:
    """Return the rows of one query on committed data; none of a SQLite file that is not there.

    Raises:
        DatabaseError: ``db.unavailable``.
    """
    with translated():
        if isinstance(address, SqliteAddress):
            return await asyncio.to_thread(_of_file, address.path, for_sqlite(sql), args)
        connection = await asyncpg.connect(**await asyncio.to_thread(credentials, address))
        try:
            return [tuple(row) for row in await connection.fetch(sql, *args)]
        finally:
            await connection.close()


def _of_file(path: Path, sql: str, args: tuple[Value, ...]) -> list[Row]:
    if not path.exists():
        return []
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, timeout=_BUSY_SECONDS, uri=True)) as connection:
        return connection.execute(sql, args).fetchall()
