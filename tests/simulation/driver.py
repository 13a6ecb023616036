"""The driver's place: aiosqlite's calls, answered by SQLite in the very loop, without a thread."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import apsw

from tests.simulation.disk import DISKS, VFS, mount

if TYPE_CHECKING:
    import aiosqlite

Hop = Callable[[], Awaitable[None]]
"""Where a thread would be waited for: others may go on meanwhile."""
ResultT = TypeVar("ResultT")


async def no_hop() -> None:
    """Nobody goes on meanwhile."""


class Cursor:
    """The answer to one statement."""

    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int) -> None:
        self.rows = rows
        self.rowcount = rowcount

    async def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows


class Result(Generic[ResultT]):
    """What can be awaited or entered."""

    def __init__(self, work: Coroutine[Any, Any, ResultT]) -> None:
        self._work = work

    def __await__(self) -> Generator[Any, None, ResultT]:
        return self._work.__await__()

    async def __aenter__(self) -> ResultT:
        return await self._work

    async def __aexit__(self, *_: object) -> None:
        """A cursor here holds nothing."""


class LoopConnection:
    """`aiosqlite.Connection`, as far as the product uses it."""

    def __init__(self, raw: apsw.Connection, hop: Hop) -> None:
        self._raw = raw
        self._hop = hop

    def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Result[Cursor]:
        return Result(self._execute(sql, tuple(parameters or ())))

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Result[Cursor]:
        return Result(self._executemany(sql, list(parameters)))

    def execute_fetchall(self, sql: str, parameters: Iterable[Any] | None = None) -> Result[Any]:
        return Result(self._fetch(sql, tuple(parameters or ())))

    async def rollback(self) -> None:
        await self._hop()
        self.rollback_now()

    async def commit(self) -> None:
        await self._hop()
        self.run("COMMIT")

    async def close(self) -> None:
        await self._hop()
        self.close_now()

    def rollback_now(self) -> None:
        """Undo what is open, without a hop."""
        if not self._raw.get_autocommit():
            self.run("ROLLBACK")

    def close_now(self) -> None:
        """Close, without a hop. As with the standard library's, what fails then is not told."""
        with suppress(apsw.Error):
            self._raw.close(True)

    def run(self, sql: str, args: tuple[Any, ...] = ()) -> Cursor:
        """At once, without a hop."""
        with translated():
            before = self._raw.total_changes()
            rows = list(self._raw.execute(sql, args or None))
            return Cursor(rows, self._raw.total_changes() - before)

    async def _execute(self, sql: str, args: tuple[Any, ...]) -> Cursor:
        await self._hop()
        return self.run(sql, args)

    async def _executemany(self, sql: str, rows: list[Sequence[Any]]) -> Cursor:
        await self._hop()
        with translated():
            self._raw.executemany(sql, rows)
        return Cursor([], len(rows))

    async def _fetch(self, sql: str, args: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        await self._hop()
        return self.run(sql, args).rows


def opened(path: str, hop: Hop = no_hop) -> LoopConnection:
    """A connection to a file of a disk of the run."""
    mount()
    with translated():
        raw = apsw.Connection(path, vfs=VFS)
        # The map of the log is kept in the process then: a disk of ours cannot share memory.
        raw.execute("PRAGMA locking_mode = EXCLUSIVE")
        DISKS[path.partition("/")[0]].session.connections.append(raw)
    return LoopConnection(raw, hop)


def connecting(hop: Hop = no_hop) -> Callable[[Path], Awaitable[aiosqlite.Connection]]:
    """What `kiosk.db.sqlite` opens files with."""

    async def connect(path: Path) -> aiosqlite.Connection:
        await hop()
        return cast("aiosqlite.Connection", opened(str(path), hop))

    return connect


class translated:  # noqa: N801 - reads as a word after `with`
    """apsw's errors as those of the standard library."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, apsw.Error):
            return
        made: sqlite3.Error = sqlite3.OperationalError(str(error))
        if isinstance(error, apsw.ConstraintError):
            made = sqlite3.IntegrityError(str(error))
        elif isinstance(error, apsw.NotADBError | apsw.CorruptError):
            made = sqlite3.DatabaseError(str(error))
        made.sqlite_errorname = f"SQLITE_{type(error).__name__.removesuffix('Error').upper()}"
        raise made from error


def hopping(chance: Callable[[], float]) -> Hop:
    """A thread that takes a moment now and then, as long as chance has it."""

    async def hop() -> None:
        if chance() < 0.04:
            await asyncio.sleep(chance() * 0.02)

    return hop
