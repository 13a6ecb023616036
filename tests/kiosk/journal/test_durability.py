"""What was told survives: a killed process, a full disk, a disk that fails while verdicts come."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.db.database import Database
from kiosk.db.port import StoreError
from tests.kiosk.stand_ins import new_check, opened
from tests.kiosk.sync.room import kiosk_of

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.kiosk.stand_ins import new_check
from tests.kiosk.sync.room import kiosk_of
async def main():
    folder, name = Path(sys.argv[1]), sys.argv[2]
    async with kiosk_of(folder, seed=int(name)) as kiosk:
        if kiosk.identities.form is None:
            await kiosk.enrolled()
        for at in range(100000):
            check = await kiosk.database.checks.add(new_check(f"{name}-{at}"))
            print(check.record, flush=True)
            if at % 7 == 3:
                await kiosk.sync.round()
asyncio.run(main())
"""


async def told_and_chained(database: Database) -> tuple[set[str], int]:
    """The records that are there; each has its entry, and the chain over all of them holds."""
    position = await database.outbox.position()
    entries = await database.outbox.after(position, position.base.seq, limit=100_000)
    assert [entry.header.seq for entry in entries] == list(range(1, position.head.seq + 1))
    without = await database.connection.fetch(
        "SELECT COUNT(*) FROM checks WHERE op_id NOT IN (SELECT op_id FROM journal_entries)"
    )
    assert without == [(0,)]
    unproved = await database.connection.fetch(
        "SELECT COUNT(*) FROM journal_entries JOIN journals ON journal = number "
        "WHERE seq <= mark_seq AND outcome IS NULL"
    )
    assert unproved == [(0,)], "the mark never runs ahead of the verdicts"
    rows = await database.connection.fetch("SELECT record FROM checks")
    return {row[0] for row in rows}, position.mark


def test_kill_nine_while_checks_are_kept_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    for generation in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(generation + 1)],
            stdout=subprocess.PIPE,
            text=True,
            env=environ,
        )
        assert process.stdout is not None
        told += [process.stdout.readline().strip() for _ in range(6 + generation * 5)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=20)
        told += [line for line in rest.split("\n") if len(line) == len(told[0])]

    async def kept() -> tuple[set[str], int]:
        async with opened(tmp_path, seed=99) as database:
            return await told_and_chained(database)

    found, _ = asyncio.run(kept())
    assert set(told) <= found
    assert len(set(told)) == len(told)


async def full(database: Database) -> None:
    """From now on the file may not grow, until its connection is renewed."""
    ((pages,),) = await database.connection.fetch("PRAGMA page_count")
    await database.connection.fetch(f"PRAGMA max_page_count = {pages}")


async def fill(database: Database, name: str, told: set[str]) -> None:
    for at in range(10_000):
        told.add((await database.checks.add(new_check(f"{name}-{at}"))).record)


async def test_a_full_disk_keeps_row_and_entry_together(tmp_path: Path) -> None:
    async with opened(tmp_path) as database:
        told = {(await database.checks.add(new_check("first"))).record}
        for attempt in range(3):
            await full(database)
            with pytest.raises(StoreError) as caught:
                await fill(database, str(attempt), told)
            assert caught.value.code == "store.not_saved"
        found, _ = await told_and_chained(database)
    assert found == told


async def test_a_disk_that_is_full_when_verdicts_come_tells_again(tmp_path: Path) -> None:
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        for at in range(40):
            await kiosk.database.checks.add(new_check(f"op-{at}"))
        async with kiosk.database.connection.transaction() as tx:
            await tx.execute(
                "CREATE TRIGGER full BEFORE UPDATE OF judged_at ON journal_entries "
                "WHEN NEW.seq = 20 BEGIN SELECT RAISE(ABORT, 'disk'); END"
            )
        assert not await kiosk.sync.round()
        assert (await told_and_chained(kiosk.database))[1] == 0
        async with kiosk.database.connection.transaction() as tx:
            await tx.execute("DROP TRIGGER full")
        assert await kiosk.sync.round()
        assert (await told_and_chained(kiosk.database))[1] == 40
        assert len(kiosk.ledger.applied) == 40
