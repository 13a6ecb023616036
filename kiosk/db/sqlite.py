"""SQLite behind the port, by aiosqlite: one connection, one thread, one transaction at a time.

After an error of the disk a repeated sync may claim a success that never was. So a failed
commit is never repeated: the connection is closed, the next call opens a new one and finds
what really was kept. Nor is a commit left half done for a task that is cancelled: the next one
would find itself inside it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from kiosk.db.port import Row, StoreError, Transaction, Value
from kiosk.unbroken import unbroken

logger = logging.getLogger(__name__)

SETTINGS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA busy_timeout = 1000",
    "PRAGMA secure_delete = ON",  # what is destroyed must not stay in a page that is free now
)


Connect = Callable[[Path], Awaitable[aiosqlite.Connection]]
"""Opens a file, without transactions that begin by themselves."""


def by_thread(path: Path) -> Awaitable[aiosqlite.Connection]:
    """Aiosqlite's own way: a thread for each connection."""
    return aiosqlite.connect(path, isolation_level=None)


class SqliteConnection:
    """One database file. `extra` are settings beyond `SETTINGS`, such as a size limit."""

    def __init__(
        self, path: Path, extra: tuple[str, ...] = (), connect: Connect = by_thread
    ) -> None:
        self._path = path
        self._open = connect
        self._settings = SETTINGS + extra
        self._raw: aiosqlite.Connection | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def open(self) -> None:
        """Open the file, making it where there is none.

        Raises:
            StoreError: `store.unusable` with SQLite's name of the error.
        """
        async with self._turn:
            await unbroken(self._connect())

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """All rows of one query outside of any transaction."""
        async with self._turn:
            raw = await self._connected()
            try:
                return await _rows(raw, sql, args)
            except sqlite3.Error as error:
                await unbroken(self._drop())
                raise StoreError("store.unreadable", _name(error)) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """All or nothing, begun as a writer so that it can never fail to become one."""
        async with self._turn:
            raw = await self._connected()
            try:
                await self._guarded(raw.execute("BEGIN IMMEDIATE"))
                yield _SqliteTransaction(raw)
            except BaseException as error:
                await unbroken(self._abandon(error))
                raise
            await unbroken(self._commit(raw))

    async def close(self) -> None:
        """Let go of the file and end the thread."""
        async with self._turn:
            self._closed = True
            await unbroken(self._drop())

    async def _connected(self) -> aiosqlite.Connection:
        if self._raw is None:
            await unbroken(self._connect())
        if self._raw is None:
            raise StoreError("store.closed")
        return self._raw

    async def _connect(self) -> None:
        if self._closed or self._raw is not None:
            return
        try:
            self._raw = await self._open(self._path)
            mode = await _rows(self._raw, "PRAGMA journal_mode = WAL", ())
            for setting in self._settings:
                await self._raw.execute(setting)
        except sqlite3.Error as error:
            await self._drop()
            raise StoreError("store.unusable", _name(error)) from error
        if mode != [("wal",)]:
            await self._drop()
            raise StoreError("store.unusable", {"reason": "journal_mode"})

    async def _drop(self) -> None:
        raw, self._raw = self._raw, None
        if raw is None:
            return
        try:
            await raw.close()
        except sqlite3.Error as error:
            # The file is left as it is: opening it again recovers what was committed.
            logger.warning("closing the database: %s", _name(error)["reason"])

    async def _commit(self, raw: aiosqlite.Connection) -> None:
        try:
            await raw.execute("COMMIT")
        except sqlite3.Error as error:
            await self._drop()
            raise StoreError("store.not_saved", _name(error)) from error

    async def _abandon(self, cause: BaseException) -> None:
        """Undo what the block did; after an error of the disk with a new connection."""
        if self._raw is None:
            return
        if isinstance(cause, StoreError) and cause.code == "store.not_saved":
            await self._drop()
            return
        try:
            await self._raw.rollback()
        except sqlite3.Error:
            await self._drop()

    async def _guarded(self, statement: Coroutine[None, None, object]) -> None:
        try:
            await statement
        except sqlite3.Error as error:
            raise StoreError("store.not_saved", _name(error)) from error


class _SqliteTransaction:
    def __init__(self, raw: aiosqlite.Connection) -> None:
        self._raw = raw

    async def execute(self, sql: str, *args: Value) -> int:
        with _translated():
            async with self._raw.execute(sql, args) as cursor:
                return cursor.rowcount

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        with _translated():
            return await _rows(self._raw, sql, args)


class _translated:  # noqa: N801 - reads as a word after `with`
    """SQLite's errors as ours."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """A broken constraint is the caller's doing, all else the disk's."""
        if isinstance(error, sqlite3.IntegrityError):
            raise StoreError("store.conflict", _name(error)) from error
        if isinstance(error, sqlite3.Error):
            raise StoreError("store.not_saved", _name(error)) from error


async def _rows(raw: aiosqlite.Connection, sql: str, args: tuple[Value, ...]) -> list[Row]:
    async with raw.execute(sql, args) as cursor:
        return [tuple(row) for row in await cursor.fetchall()]


def _name(error: sqlite3.Error) -> dict[str, str]:
    """SQLite's name of the error: its text may quote values."""
    return {"reason": getattr(error, "sqlite_errorname", type(error).__name__)}
