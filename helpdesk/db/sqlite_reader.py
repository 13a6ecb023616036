"""Reads on a SQLite connection of their own, in one thread, many to one crossing of threads.

Tortoise's connection is guarded by a lock that an open transaction holds, so a read there
waits for the writer. Here reads that arrive while the thread is busy travel together, which
costs the loop one wake-up for the batch instead of one for each.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from helpdesk.db.errors import DatabaseError, translated
from helpdesk.db.placeholders import for_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk.db.transaction import Row, Value

__all__ = ["SqliteReader"]

_BUSY_SECONDS = 5.0

ValueT = TypeVar("ValueT")


@dataclass(slots=True)
class _Read:
    sql: str
    args: tuple[Value, ...]
    done: asyncio.Future[list[Row]]
    rows: list[Row] | None = None
    error: sqlite3.Error | None = None


class SqliteReader:
    """Answers queries; cannot write (``query_only``), so it never checkpoints either."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._batches: SimpleQueue[list[_Read] | None] = SimpleQueue()
        self._waiting: list[_Read] = []
        self._busy = False
        self._closed = False
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._serve, name="sqlite-reader", daemon=True)

    async def open(self) -> None:
        """Start the thread and open the file.

        Raises:
            DatabaseError: ``db.unavailable`` when SQLite cannot open it.
        """
        self._thread.start()
        with translated():
            await self._opened

    async def read(self, sql: str, *args: Value) -> list[Row]:
        """Return the rows of one query as of the last commit.

        Raises:
            DatabaseError: ``db.unavailable`` for what SQLite refuses, ``db.closed`` later.
        """
        if self._closed:
            raise DatabaseError("db.closed")
        read = _Read(for_sqlite(sql), args, self._loop.create_future())
        self._waiting.append(read)
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._send)
        with translated():
            return await read.done

    async def close(self) -> None:
        """Answer what is waiting, then end the thread."""
        if self._closed:
            return
        self._closed = True
        if self._waiting:
            # Behind the end nobody would answer them.
            self._send()
        self._batches.put(None)
        if self._thread.is_alive():
            await self._ended

    def _send(self) -> None:
        batch, self._waiting = self._waiting, []
        self._batches.put(batch)

    def _serve(self) -> None:
        """Body of the thread: one connection, opened and closed here."""
        try:
            connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            connection.execute("PRAGMA query_only=ON")
        except sqlite3.Error as error:
            self._loop.call_soon_threadsafe(_settle_error, self._opened, error)
            self._loop.call_soon_threadsafe(_settle, self._ended, None)
            return
        self._loop.call_soon_threadsafe(_settle, self._opened, None)
        try:
            while (batch := self._batches.get()) is not None:
                for read in batch:
                    _answer(connection, read)
                self._loop.call_soon_threadsafe(self._deliver, batch)
        finally:
            connection.close()
            self._loop.call_soon_threadsafe(_settle, self._ended, None)

    def _deliver(self, batch: list[_Read]) -> None:
        for read in batch:
            if read.error is not None:
                _settle_error(read.done, read.error)
            else:
                _settle(read.done, read.rows or [])
        if self._waiting:
            self._send()
        else:
            self._busy = False


def _answer(connection: sqlite3.Connection, read: _Read) -> None:
    try:
        read.rows = connection.execute(read.sql, read.args).fetchall()
    except sqlite3.Error as error:
        read.error = error


def _settle(future: asyncio.Future[ValueT], value: ValueT) -> None:
    if not future.done():
        future.set_result(value)


def _settle_error(future: asyncio.Future[ValueT], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
