"""The port is narrow enough that another SQLite takes its place: the same SQL runs on both."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from invoices.verdict import Verdict
from kiosk.db.database import furnish
from kiosk.db.migration import Migration, migrate, shipped
from kiosk.db.port import Connection, Row, StoreError, Transaction, Value
from kiosk.db.sqlite import SqliteConnection
from kiosk.journal.boot import Boot
from kiosk.journal.timekeeper import Timekeeper
from kiosk.sealing import Sealer
from tests.kiosk.stand_ins import NOW, HandClock, bare, counted_bytes, matched, new_check, op


class DirectConnection:
    """The library of the interpreter, in memory and without a thread."""

    def __init__(self) -> None:
        self._raw = sqlite3.connect(":memory:", isolation_level=None)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        self._raw.execute("BEGIN IMMEDIATE")
        try:
            yield self
        except BaseException:
            self._raw.execute("ROLLBACK")
            raise
        self._raw.execute("COMMIT")

    async def execute(self, sql: str, *args: Value) -> int:
        return self._raw.execute(sql, args).rowcount

    async def fetch(self, sql: str, *args: Value) -> list[Row]:
        return self._raw.execute(sql, args).fetchall()

    async def close(self) -> None:
        self._raw.close()


@pytest.fixture
def migrations() -> tuple[Migration, ...]:
    return shipped()


def finished(work: Coroutine[None, None, None]) -> bool:
    """Runs it without any event loop: nothing in it may wait."""
    try:
        work.send(None)
    except StopIteration:
        return True
    return False


def test_the_book_runs_on_any_connection(migrations: tuple[Migration, ...]) -> None:
    assert finished(use_a_book(DirectConnection(), migrations))


async def use_a_book(connection: Connection, migrations: tuple[Migration, ...]) -> None:
    await migrate(connection, migrations)
    random = counted_bytes()
    keeper = Timekeeper(HandClock(), Boot(b"b" * 16))
    database = await furnish(connection, Sealer(b"k" * 32, random), keeper, random, "B7")
    book = database.checks
    check = await book.add(new_check("op-1", bare(Verdict.UNAVAILABLE)))
    assert check.record == "B7-261124-0001"
    assert await book.complete(op("op-1"), matched(), NOW)
    found = await book.find(check.record)
    assert found is not None
    assert found.outcome == matched()
    assert (await database.outbox.waiting()).count == 1
    assert await database.slips.open_jobs() == ()
    await connection.close()


async def test_migrating_twice_changes_nothing(
    tmp_path: Path, migrations: tuple[Migration, ...]
) -> None:
    connection = SqliteConnection(tmp_path / "x.db")
    await connection.open()
    await migrate(connection, migrations)
    before = await connection.fetch("SELECT sql FROM sqlite_master ORDER BY name")
    await migrate(connection, migrations)
    assert await connection.fetch("SELECT sql FROM sqlite_master ORDER BY name") == before
    assert await connection.fetch("PRAGMA user_version") == [(migrations[-1].number,)]
    names = {row[0] for row in await connection.fetch("SELECT name FROM sqlite_master")}
    await connection.close()
    assert {"checks", "record_counters", "slips", "checks_kept", "slips_open"} <= names


async def test_a_migration_is_whole_or_not_at_all(
    tmp_path: Path, migrations: tuple[Migration, ...]
) -> None:
    connection = SqliteConnection(tmp_path / "x.db")
    await connection.open()
    broken = Migration(
        len(migrations) + 1, ("CREATE TABLE extra (x)", "INSERT INTO nowhere VALUES (1)")
    )
    with pytest.raises(StoreError):
        await migrate(connection, (*migrations, broken))
    assert await connection.fetch("PRAGMA user_version") == [(migrations[-1].number,)]
    assert await connection.fetch("SELECT 1 FROM sqlite_master WHERE name = 'extra'") == []
    await connection.close()


def test_migrations_are_numbered_without_gaps(migrations: tuple[Migration, ...]) -> None:
    assert [item.number for item in migrations] == list(range(1, len(migrations) + 1))
    assert all(sqlite3.complete_statement(s) for item in migrations for s in item.statements)
