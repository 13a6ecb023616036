from __future__ import annotations

import asyncio
import os
import pwd
import re
from pathlib import Path

import pytest

from helpdesk.db import ConstraintError, Database, DatabaseError, database_of


async def _table(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE thing (name VARCHAR(40) NOT NULL UNIQUE, size INT)")


async def _insert(database: Database, *names: str, then: Exception | None = None) -> None:
    async with database.transaction() as tx:
        for name in names:
            await tx.execute("INSERT INTO thing VALUES ($1, 1)", name)
        if then is not None:
            raise then


async def _names(database: Database) -> list[str]:
    return [name for (name,) in await database.read("SELECT name FROM thing ORDER BY name")]


async def test_what_is_committed_is_read(database: Database) -> None:
    await _table(database)
    async with database.transaction() as tx:
        assert await tx.execute("INSERT INTO thing VALUES ($1, $2)", "a", 1) == 1
        await tx.executemany("INSERT INTO thing VALUES ($1, $2)", [("b", 2), ("c", None)])
        assert await tx.fetch("SELECT size FROM thing WHERE name = $1", "b") == [(2,)]
        assert await _names(database) == [], "a read beside the transaction sees nothing of it"
    assert await database.read("SELECT * FROM thing ORDER BY name") == [
        ("a", 1),
        ("b", 2),
        ("c", None),
    ]


async def test_update_tells_how_many_rows_changed(database: Database) -> None:
    await _table(database)
    async with database.transaction() as tx:
        await tx.executemany("INSERT INTO thing VALUES ($1, $2)", [("b", 2), ("c", 2)])
        assert await tx.execute("UPDATE thing SET size = $1 WHERE size = $2", 3, 2) == 2
        assert await tx.execute("DELETE FROM thing WHERE size = $1", 9) == 0


async def test_a_raised_block_leaves_nothing(database: Database) -> None:
    await _table(database)
    with pytest.raises(KeyError):
        await _insert(database, "a", then=KeyError())
    assert await _names(database) == []


async def test_an_inner_transaction_is_a_savepoint(database: Database) -> None:
    await _table(database)
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO thing VALUES ('outer', 1)")
        with pytest.raises(ConstraintError):
            await _insert(database, "lost", "outer")
        async with database.transaction() as inner:
            await inner.execute("INSERT INTO thing VALUES ('kept', 1)")
    assert await _names(database) == ["kept", "outer"]


async def test_a_taken_name_is_a_constraint_error(database: Database) -> None:
    await _table(database)
    with pytest.raises(ConstraintError) as caught:
        async with database.transaction() as tx:
            await tx.executemany("INSERT INTO thing VALUES ($1, 1)", [("a",), ("a",)])
    assert caught.value.code == "db.constraint"
    assert not caught.value.params


async def test_a_wrong_statement_is_coded_too(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"db\.unavailable"):
        await database.read("SELECT FROM WHERE")
    assert await database.read("SELECT 1") == [(1,)]


@pytest.mark.parametrize("sql", ["SELECT x FROM nowhere", "SELECT colour FROM registry_invoice"])
async def test_a_table_or_column_that_is_not_there_is_a_schema_to_migrate(
    database: Database, sql: str
) -> None:
    with pytest.raises(DatabaseError, match=r"db\.schema"):
        await database.read(sql)
    with pytest.raises(DatabaseError, match=r"db\.schema"):
        async with database.transaction() as tx:
            await tx.fetch(sql)


async def test_postgresql_without_such_a_database_or_user(postgres_url: str) -> None:
    with pytest.raises(DatabaseError, match=r"db\.missing"):
        await Database.open(re.sub(r"/test_\d+", "/no_such_database", postgres_url))
    with pytest.raises(DatabaseError, match=r"db\.login"):
        await Database.open(re.sub(r"//\w+", "//no_such_user", postgres_url))


async def test_errors_of_the_block_itself_pass_unchanged(database: Database) -> None:
    with pytest.raises(OSError, match="mine"):
        async with database.transaction():
            raise OSError("mine")


async def test_many_reads_at_once_are_all_answered(database: Database) -> None:
    answers = await asyncio.gather(*(database.read(f"SELECT {n}") for n in range(200)))
    assert answers == [[(n,)] for n in range(200)]


async def test_a_read_does_not_wait_for_an_open_transaction(database: Database) -> None:
    await _table(database)
    async with database.transaction() as tx:
        await tx.execute("INSERT INTO thing VALUES ('a', 1)")
        async with asyncio.timeout(5):
            assert await asyncio.create_task(_names(database)) == []


async def test_closed_twice_and_then_refuses(database: Database) -> None:
    await database.close()
    await database.close()
    with pytest.raises(DatabaseError, match=r"db\.closed"):
        await database.read("SELECT 1")
    with pytest.raises(DatabaseError, match=r"db\.closed"):
        await _insert(database)


async def test_one_process_owns_a_sqlite_file(sqlite_url: str) -> None:
    async with database_of(sqlite_url):
        with pytest.raises(DatabaseError, match=r"db\.owned"):
            await Database.open(sqlite_url)
    async with database_of(sqlite_url) as database:
        assert await database.read("SELECT 1") == [(1,)]


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"db\.path"):
        await Database.open(f"sqlite://{tmp_path}/none/helpdesk.sqlite3")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
async def test_root_makes_no_database_in_the_folder_of_the_service_account(tmp_path: Path) -> None:
    folder = tmp_path / "helpdesk"
    folder.mkdir(mode=0o700)
    os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(DatabaseError, match=r"db\.foreign") as caught:
        await Database.open(f"sqlite://{folder}/helpdesk.sqlite3")
    assert caught.value.params["owner"] == "nobody"
    assert list(folder.iterdir()) == []


async def test_sqlite_commits_are_durable_and_keys_are_checked(sqlite_url: str) -> None:
    async with database_of(sqlite_url) as database, database.transaction() as tx:
        assert await tx.fetch("PRAGMA synchronous") == [(2,)]
        assert await tx.fetch("PRAGMA foreign_keys") == [(1,)]
        assert await tx.fetch("PRAGMA journal_mode") == [("wal",)]


async def test_the_read_connection_cannot_write(sqlite_url: str) -> None:
    async with database_of(sqlite_url) as database:
        await _table(database)
        with pytest.raises(DatabaseError):
            await database.read("INSERT INTO thing VALUES ('a', 1)")


async def test_a_server_that_is_not_there() -> None:
    with pytest.raises(DatabaseError, match=r"db\.unavailable"):
        await Database.open("postgres://nobody:secret@127.0.0.1:9/none")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite://",
        "sqlite://:memory:",
        "sqlite://a?synchronous=OFF",
        "mysql://a/b",
        "postgres://host/",
        "postgres://u@host:port/db",
        "postgres://u@host/db?sslmode=x",
        "postgres://u@h/d?tls=perhaps",
        "postgres://u@h/d?tls=on&tls=on",
    ],
)
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"db\.url"):
        await Database.open(url)


async def test_reads_that_wait_when_it_closes_are_answered(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite://{tmp_path}/a.sqlite3")
    try:
        reads = [asyncio.create_task(database.read("SELECT 1")) for _ in range(3)]
        # The first are on their way to the thread, the last still wait for their turn.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reads += [asyncio.create_task(database.read("SELECT 1")) for _ in range(3)]
        await asyncio.sleep(0)
    finally:
        await database.close()
    async with asyncio.timeout(5):
        assert await asyncio.gather(*reads) == [[(1,)]] * 6
