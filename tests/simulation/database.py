"""The server's database in the place of `helpdesk.db.Database`: same statements, one connection.

What it does at the edges of a transaction is what the product's does: IMMEDIATE, one at a time,
a new connection after a COMMIT that failed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from helpdesk.db.errors import DatabaseError, translated
from helpdesk.db.placeholders import for_sqlite
from helpdesk.db.transaction import Row, SqliteTransaction, Transaction, Value
from tests.simulation.driver import Hop, LoopConnection, opened

if TYPE_CHECKING:
    import aiosqlite

SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


class LoopDatabase:
    """An open database on a disk of the run."""

    dialect = "sqlite"

    def __init__(self, path: str, hop: Hop) -> None:
        self._path = path
        self._hop = hop
        self._turn = asyncio.Lock()
        self._owner: asyncio.Task[Any] | None = None
        self._raw: LoopConnection | None = self._connected()

    async def read(self, sql: str, *args: Value) -> list[Row]:
        """Committed rows: a read waits for whoever is writing."""
        await self._hop()
        if self._owner is not None and self._owner is asyncio.current_task():
            raise AssertionError
        async with self._turn:
            with translated():
                return self._connection.run(for_sqlite(sql), args).rows

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """All or nothing."""
        if self._owner is not None and self._owner is asyncio.current_task():
            raise DatabaseError("db.nested")
        await self._hop()
        async with self._turn:
            self._owner = asyncio.current_task()
            try:
                with translated():
                    self._connection.run("BEGIN IMMEDIATE")
                raw = cast("aiosqlite.Connection", self._connection)
                yield SqliteTransaction(raw)
            except BaseException:
                self._abandon()
                raise
            else:
                self._commit()
            finally:
                self._owner = None
        await self._hop()

    @property
    def _connection(self) -> LoopConnection:
        """Opened anew after a failure."""
        if self._raw is None:
            self._raw = self._connected()
        return self._raw

    def _drop(self) -> None:
        """What a failed COMMIT left in it is not trusted."""
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.close_now()

    def _connected(self) -> LoopConnection:
        connection = opened(self._path)
        for setting in SETTINGS:
            connection.run(f"PRAGMA {setting}")
        return connection

    def _commit(self) -> None:
        with translated():
            try:
                self._connection.run("COMMIT")
            except sqlite3.IntegrityError:
                self._abandon()
                raise
            except sqlite3.Error:
                self._drop()
                raise

    def _abandon(self) -> None:
        try:
            self._connection.rollback_now()
        except sqlite3.Error:
            self._drop()
