from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from invoices.check import Check
from kiosk.db.checks import SqlCheckBook
from kiosk.db.port import Connection, StoreError
from kiosk.db.sqlite import SqliteConnection
from tests.kiosk.stand_ins import new_check, opened


def database_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "_connection_worker" in thread.name]


async def fill(book: SqlCheckBook, kept: list[Check]) -> None:
    while True:
        kept.append(await book.add(new_check(f"op-{len(kept)}")))


async def begin(connection: Connection, *statements: str) -> None:
    async with connection.transaction() as tx:
        for statement in statements:
            await tx.execute(statement)


async def test_a_full_disk_saves_nothing_and_recovers_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        book, connection = database.checks, database.connection
        kept = [await book.add(new_check("op-0"))]
        limit = f"PRAGMA max_page_count = {(await connection.fetch('PRAGMA page_count'))[0][0]}"
        await connection.fetch(limit)
        with pytest.raises(StoreError) as caught:
            await fill(book, kept)
        assert caught.value.code == "store.not_saved"
        assert caught.value.params == {"reason": "SQLITE_FULL"}
        # The connection was renewed, and with it the limit is gone: space came back.
        check = await book.add(new_check("op-after"))
        assert int(check.record[-4:]) == len(kept) + 1
        for made in kept:
            assert await book.find(made.record) == made


async def test_a_statement_that_fails_undoes_the_whole_block(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        connection = database.connection
        insert = "INSERT INTO record_counters VALUES ('A', '2026-11-24', 1)"
        with pytest.raises(StoreError) as caught:
            await begin(connection, insert, insert)
        assert caught.value.code == "store.conflict"
        assert await connection.fetch("SELECT COUNT(*) FROM record_counters") == [(0,)]


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancelled_check_is_whole_or_nothing(tmp_path: Path, turns: int) -> None:
    async with opened(tmp_path) as database:
        task = asyncio.create_task(database.checks.add(new_check("op-cancelled")))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        check = await database.checks.add(new_check("op-next"))
        ((count, last),) = await database.connection.fetch("SELECT COUNT(*), MAX(seq) FROM checks")
        assert count == last == int(check.record[-4:])


async def test_a_failed_commit_is_not_repeated(tmp_path: Path) -> None:
    connection = SqliteConnection(tmp_path / "x.db")
    await connection.open()
    await begin(
        connection,
        "CREATE TABLE a (x INTEGER PRIMARY KEY)",
        "CREATE TABLE b (x REFERENCES a DEFERRABLE INITIALLY DEFERRED)",
    )
    with pytest.raises(StoreError) as caught:
        # A deferred constraint is the one error that a healthy disk gives at COMMIT.
        await begin(connection, "INSERT INTO b VALUES (7)")
    assert caught.value.code == "store.not_saved"
    assert await connection.fetch("SELECT COUNT(*) FROM b") == [(0,)]
    await connection.close()


async def test_a_closed_database_says_so_and_leaves_no_thread(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        connection = database.connection
        assert len(database_threads()) == 1
    with pytest.raises(StoreError) as caught:
        await connection.fetch("SELECT 1")
    assert caught.value.code == "store.closed"
    async with asyncio.timeout(5):
        # The thread gives its last answer before it ends.
        while database_threads():  # noqa: ASYNC110 - looks again
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 99])
async def test_a_damaged_file_is_a_coded_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kiosk.db").write_bytes(content)
    with pytest.raises(StoreError) as caught:
        async with opened(tmp_path):
            pass
    assert caught.value.code in {"store.unusable", "store.unreadable"}


async def test_a_folder_in_the_way_is_a_coded_error(tmp_path: Path) -> None:
    (tmp_path / "kiosk.db").mkdir()
    with pytest.raises(StoreError) as caught:
        async with opened(tmp_path):
            pass
    assert caught.value.code == "store.unusable"


WRITER = """
import asyncio, sys
from pathlib import Path
from tests.kiosk.stand_ins import new_check, opened
async def main():
    async with opened(Path(sys.argv[1])) as database:
        for at in range(100000):
            check = await database.checks.add(new_check(f"{sys.argv[2]}-{at}"))
            print(check.record, flush=True)
asyncio.run(main())
"""


def test_what_was_told_survives_kill_nine(tmp_path: Path) -> None:
    told: list[str] = []
    for generation in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), f"op{generation}"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert process.stdout is not None
        told += [process.stdout.readline().strip() for _ in range(3 + generation * 4)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=20)
        told += [line for line in rest.split("\n") if len(line) == len(told[0])]

    async def kept() -> list[tuple[str, int]]:
        async with opened(tmp_path) as database:
            rows = await database.connection.fetch("SELECT record, seq FROM checks ORDER BY seq")
            return [(record, seq) for record, seq in rows]

    found = asyncio.run(kept())
    assert set(told) <= {record for record, _ in found}
    assert [seq for _, seq in found] == list(range(1, len(found) + 1))
    assert len(set(told)) == len(told)
