"""Traps of tortoise-orm 1.1.9 and its drivers: the stock way shows each, ours does not."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from helpdesk.db import Database, DatabaseError, database_of
from helpdesk.db.address import PostgresAddress, parse_address
from helpdesk.db.models import Heartbeat

HEARTBEAT = "CREATE TABLE heartbeat (name VARCHAR(20) PRIMARY KEY, beaten_at VARCHAR(40))"

Begin = Callable[[], AbstractAsyncContextManager[Any]]


@asynccontextmanager
async def stock_tortoise(url: str) -> AsyncIterator[TortoiseContext]:
    """Tortoise with its own engines on the same database, and a small pool."""
    address = parse_address(url)
    if isinstance(address, PostgresAddress):
        engine = "tortoise.backends.asyncpg"
        credentials: dict[str, Any] = {
            "host": address.host,
            "port": address.port,
            "user": address.user,
            "password": "",
            "database": address.database,
            "minsize": 1,
            "maxsize": 3,
        }
    else:
        engine, credentials = "tortoise.backends.sqlite", {"file_path": str(address.path)}
    with TortoiseContext() as context:
        await context.init(
            config={
                "connections": {"default": {"engine": engine, "credentials": credentials}},
                "apps": {
                    "foundation": {
                        "models": ["helpdesk.db.models"],
                        "default_connection": "default",
                    }
                },
            }
        )
        await context.generate_schemas()
        try:
            yield context
        finally:
            await _break_open(context)


async def _break_open(context: TortoiseContext) -> None:
    """Close even what a trap has locked for good."""
    client: Any = context.connections.get("default")
    if getattr(client, "_pool", None) is not None:
        client._pool.terminate()
    else:
        await client._connection.close()


async def _sweep(begin: Begin, use: Callable[[], Any]) -> int | None:
    """Cancel a transaction after 1, 2, ... 79 turns of the loop; return the turn that hangs."""

    async def work() -> None:
        async with begin():
            await use()

    for turns in range(1, 80):
        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        try:
            async with asyncio.timeout(1):
                await use()
        except TimeoutError:
            return turns
    return None


async def test_stock_transactions_hang_after_a_cancel(database_url: str) -> None:
    async with stock_tortoise(database_url):
        assert await _sweep(in_transaction, Heartbeat.all().count) is not None


@pytest.mark.parametrize("write", [False, True])
async def test_our_transactions_survive_every_cancel(database: Database, *, write: bool) -> None:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE thing (name VARCHAR(40))")

    async def use() -> None:
        if write:
            async with database.transaction() as tx:
                await tx.execute("INSERT INTO thing VALUES ('x')")
        else:
            await database.read("SELECT 1")

    def begin() -> AbstractAsyncContextManager[Any]:
        return database.transaction()

    assert await _sweep(begin, use) is None


async def test_a_transaction_cancelled_twice_is_still_undone(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE thing (name VARCHAR(40))")

    async def work() -> None:
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO thing VALUES ('half')")
            await asyncio.Event().wait()

    for turns in range(30):
        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    async with asyncio.timeout(5), database.transaction() as tx:
        assert await tx.fetch("SELECT count(*) FROM thing") == [(0,)]


async def test_a_commit_once_begun_is_finished(database: Database) -> None:
    """Whoever cancels the caller in COMMIT finds all of it or nothing, and nothing stuck."""
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE thing (name VARCHAR(40))")
    for turns in range(60):

        async def work(turn: int = turns) -> None:
            async with database.transaction() as tx:
                await tx.execute("INSERT INTO thing VALUES ($1)", f"{turn}a")
                await tx.execute("INSERT INTO thing VALUES ($1)", f"{turn}b")

        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with asyncio.timeout(5), database.transaction() as tx:
            rows = await tx.fetch(
                "SELECT name FROM thing WHERE name IN ($1, $2)", f"{turns}a", f"{turns}b"
            )
            assert len(rows) in {0, 2}


async def test_a_task_born_in_a_transaction_may_not_use_it(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE thing (name VARCHAR(40))")

    async def inherited() -> None:
        async with database.transaction() as inner:
            await inner.execute("INSERT INTO thing VALUES ('stranger')")

    async with database.transaction() as tx:
        with pytest.raises(DatabaseError, match=r"db\.foreign_task"):
            await asyncio.create_task(inherited())
        with pytest.raises(DatabaseError, match=r"db\.foreign_task"):
            await asyncio.create_task(_run(tx.execute("INSERT INTO thing VALUES ('stranger')")))
        with pytest.raises(DatabaseError, match=r"db\.foreign_task"):
            await asyncio.create_task(_run(Heartbeat.all().count()))
    assert await database.read("SELECT * FROM thing") == []


async def test_a_task_born_in_a_transaction_works_after_it(database: Database) -> None:
    done = asyncio.Event()

    async def later() -> list[Any]:
        await done.wait()
        async with database.transaction() as tx:
            return await tx.fetch("SELECT 7")

    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE thing (name VARCHAR(40))")
        task = asyncio.create_task(later())
    done.set()
    assert await task == [(7,)]


async def _run(awaitable: Any) -> Any:
    return await awaitable


async def test_models_work_in_whatever_task(database: Database) -> None:
    """Stock tortoise knows its context only where it was initialised."""
    async with database.transaction() as tx:
        await tx.execute(HEARTBEAT)

    async def elsewhere() -> int:
        async with database.transaction():
            await Heartbeat.create(name="x", beaten_at="now")
            return await Heartbeat.all().count()

    assert await asyncio.create_task(elsewhere()) == 1
    with database.orm():
        assert await Heartbeat.all().count() == 1
    with pytest.raises(RuntimeError, match="No TortoiseContext"):
        await Heartbeat.all().count()


async def test_model_errors_are_ours_too(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(HEARTBEAT)

    async def twice() -> None:
        async with database.transaction():
            await Heartbeat.create(name="x", beaten_at="now")
            await Heartbeat.create(name="x", beaten_at="again")

    with pytest.raises(DatabaseError, match=r"db\.constraint"):
        await twice()
    assert await database.read("SELECT * FROM heartbeat") == []


@asynccontextmanager
async def one_of_two(engine: str, path: Path) -> AsyncIterator[Any]:
    """A connection of its own to the file, as another process has it."""
    with TortoiseContext() as context:
        credentials = {"file_path": str(path), "busy_timeout": "20000"}
        await context.init(
            config={
                "connections": {"default": {"engine": engine, "credentials": credentials}},
                "apps": {
                    "foundation": {
                        "models": ["helpdesk.db.models"],
                        "default_connection": "default",
                    }
                },
            }
        )
        client = context.connections.get("default")
        try:
            await client.execute_query("SELECT 1")
            yield client
        finally:
            await context.close_connections()


async def _count_up(engine: str, path: Path, between: Callable[[], Any]) -> None:
    async with one_of_two(engine, path), in_transaction() as client:
        (row,) = await client.execute_query_dict("SELECT beaten_at FROM heartbeat")
        await between()
        value = int(row["beaten_at"]) + 1
        await client.execute_query("UPDATE heartbeat SET beaten_at = ?", [str(value)])


@pytest.mark.parametrize(
    ("engine", "refused"),
    [("tortoise.backends.sqlite", True), ("helpdesk.db.sqlite_client", False)],
)
async def test_two_connections_read_and_then_write(
    tmp_path: Path, engine: str, *, refused: bool
) -> None:
    """A deferred transaction that turns into a writer fails at once, whatever the timeout."""
    path = tmp_path / "counter.sqlite3"
    async with one_of_two(engine, path) as client:
        await client.execute_query("CREATE TABLE heartbeat (id INT, beaten_at TEXT)")
        await client.execute_query("INSERT INTO heartbeat VALUES (1, '0')")
    has_read, other_done = asyncio.Event(), asyncio.Event()

    async def first_waits() -> None:
        has_read.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await other_done.wait()

    async def second_goes() -> None:
        await has_read.wait()
        await _count_up(engine, path, _nothing)
        other_done.set()

    outcomes = await asyncio.gather(
        _count_up(engine, path, first_waits), second_goes(), return_exceptions=True
    )
    assert ("locked" in str(outcomes[0])) == refused
    async with one_of_two(engine, path) as client:
        (row,) = await client.execute_query_dict("SELECT beaten_at FROM heartbeat")
    assert row["beaten_at"] == ("1" if refused else "2")


async def _nothing() -> None:
    pass


FAILED_START = """
import asyncio, sys
from helpdesk.db import Database, DatabaseError
import helpdesk.db.database as module

async def main(url):
    class Broken:
        def __init__(self, path): pass
        async def open(self): raise DatabaseError("db.unavailable")
        async def close(self): pass
    module.SqliteReader = Broken
    try:
        await Database.open(url)
    except DatabaseError as error:
        print(error.code)

asyncio.run(main(sys.argv[1]))
"""


def test_a_failed_start_leaves_no_thread_that_keeps_the_process(sqlite_url: str) -> None:
    """aiosqlite's thread is not a daemon: one left open hangs the exit."""
    done = subprocess.run(
        [sys.executable, "-c", FAILED_START, sqlite_url],
        stdout=subprocess.PIPE,
        text=True,
        timeout=20,
        check=True,
        cwd=Path.cwd(),
    )
    assert done.stdout == "db.unavailable\n"


@pytest.mark.parametrize("seed", ["0", "1"])
async def test_statements_do_not_change_with_the_hash_seed(seed: str) -> None:
    """Raw SQL names its columns; nothing depends on the order of a set."""
    code = (
        "from helpdesk.db.inventory import IndexShape as S;"
        "print(sorted({S('t', ('a',), True), S('t', ('b',), False)}, key=lambda s: s.name)[0].name)"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        code,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=Path.cwd(),
    )
    output, _ = await process.communicate()
    assert output.decode().startswith("idx_t_b")


async def test_reads_go_on_while_a_writer_holds_its_transaction(sqlite_url: str) -> None:
    """Tortoise's one connection makes a read wait for the writer's lock."""
    async with database_of(sqlite_url) as database:
        async with database.transaction() as tx:
            await tx.execute("CREATE TABLE thing (name VARCHAR(40))")
        async with database.transaction() as tx:
            await tx.execute("INSERT INTO thing VALUES ('x')")
            stock = asyncio.create_task(_run(database._root.execute_query("SELECT 1")))
            ours = asyncio.create_task(database.read("SELECT 1"))
            done, _ = await asyncio.wait({stock, ours}, return_when=asyncio.FIRST_COMPLETED)
            assert done == {ours}
        await stock
