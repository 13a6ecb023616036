"""The database of a kiosk that does not run, read without a trace: no lock, no file, no byte.

A kiosk that ended in order leaves one file, which SQLite can read as one that never changes. One
that was killed leaves its write-ahead log beside it; with the index of that log SQLite reads all
that was committed and writes nothing. Without that index it would have to make one, so there is
nothing to be read until the kiosk has been started once.
"""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from kiosk.db.port import Row, StoreError, Transaction, Value

if TYPE_CHECKING:
    from pathlib import Path

_WHOLE: Final = "immutable=1"
_LOGGED: Final = "mode=ro&readonly_shm=1"
PATIENCE: Final = 1.0


class ReadOnlyConnection:
    """A `Connection` that only reads."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw
        self._turn = asyncio.Lock()

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        """All rows of one query."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._fetch, sql, args)
            except sqlite3.Error as error:
                raise StoreError("store.unreadable", _name(error)) from error

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """There is none."""
        raise StoreError("store.closed")

    async def close(self) -> None:
        """Let go of the file."""
        await asyncio.to_thread(self._raw.close)

    def _fetch(self, sql: str, args: tuple[Value, ...]) -> list[Row]:
        return [tuple(row) for row in self._raw.execute(sql, args).fetchall()]


@asynccontextmanager
async def read_only(path: Path) -> AsyncIterator[ReadOnlyConnection | None]:
    """The database inside the block; None where there is none yet.

    Raises:
        StoreError: `store.unsettled` where only a start of the kiosk can make it readable,
            `store.forbidden` for another account's, `store.unusable` where something else is in
            its folder's place, `store.unreadable` otherwise.
    """
    raw = await asyncio.to_thread(_open, path)
    if raw is None:
        yield None
        return
    connection = ReadOnlyConnection(raw)
    try:
        yield connection
    finally:
        await connection.close()


def _open(path: Path) -> sqlite3.Connection | None:
    if path.parent.exists() and not path.parent.is_dir():
        raise StoreError("store.unusable", {"reason": os.strerror(errno.ENOTDIR)})
    try:
        if not path.exists() or path.stat().st_size == 0:
            return None
        with path.open("rb"):
            how = _how(path)
        address = f"file:{quote(str(path.absolute()))}?{how}"
        return sqlite3.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, timeout=PATIENCE
        )
    except PermissionError as error:
        raise StoreError("store.forbidden", {"file": str(path)}) from error
    except OSError as error:
        raise StoreError("store.unreadable", {"reason": str(error.strerror)}) from error
    except sqlite3.Error as error:
        raise StoreError("store.unreadable", _name(error)) from error


def _how(path: Path) -> str:
    log, index = path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")
    if not log.exists() or log.stat().st_size == 0:
        return _WHOLE
    if not index.exists() or index.stat().st_size == 0:
        raise StoreError("store.unsettled", {"file": str(path)})
    return _LOGGED


def _name(error: sqlite3.Error) -> dict[str, str]:
    return {"reason": getattr(error, "sqlite_errorname", type(error).__name__)}
