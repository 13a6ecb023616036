"""How long a kiosk keeps what the server has: the details some days, the journal 35."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.wire.standing import Standing
from invoices.check import Check
from kiosk.check_book import CheckSummary
from kiosk.db.data_key import KEY
from kiosk.db.database import Database
from kiosk.key_file import read_private
from kiosk.records import Records
from kiosk.sealing import Sealer, SealError
from kiosk.slip_form import dump
from kiosk.sync.parts import KEEP_DAYS
from kiosk.sync.task import PRUNE_AGAIN
from printers.document import Document, Text
from printers.ledger import Job, JobState
from tests.kiosk.stand_ins import NOW, counted_bytes, op
from tests.kiosk.sync.room import Kiosk
from tests.kiosk.sync.test_real_server import (  # noqa: F401 - fixtures
    Server,
    furniture,
    keep,
    kiosk_at,
    server,
)

DAY = timedelta(days=1).total_seconds()
SEALED = (
    ("checks", "SELECT op_id, payload FROM checks WHERE payload <> x''"),
    ("slips", "SELECT job_id, document FROM slips"),
    (
        "journal_entries",
        "SELECT journal || '/' || seq, sealed FROM journal_entries WHERE sealed IS NOT NULL",
    ),
)


async def printed(database: Database, job_id: str) -> None:
    slip = Document(blocks=(Text("a slip"),), reprint_mark="copy")
    assert dump(slip)
    await database.slips.add(Job(job_id, slip, NOW, NOW + timedelta(minutes=10)))
    await database.slips.update(job_id, JobState.CONFIRMED, "")


async def readable(kiosk: Kiosk, key: bytes) -> dict[str, int]:
    """How much of each table whoever has this key can read."""
    sealer, found = Sealer(key, counted_bytes()), dict.fromkeys(dict(SEALED), 0)
    for table, sql in SEALED:
        for place, sealed in await kiosk.database.connection.fetch(sql):
            try:
                sealer.open(table, place, sealed)
            except SealError:
                continue
            found[table] += 1
    return found


async def token_of(kiosk: Kiosk, record: str) -> str:
    found = await kiosk.database.checks.find(record)
    assert found is not None
    return found.token


async def test_details_and_slips_go_some_days_after_the_servers_verdict(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        early = await keep(kiosk, "a")
        assert await kiosk.sync.round()
        token = await token_of(kiosk, early)
        for job in (early, f"{early}.0", f"{early}.r1"):
            await printed(kiosk.database, job)
        records = Records(kiosk.database.checks)
        kiosk.clock.move((KEEP_DAYS - 1) * DAY)
        late = await keep(kiosk, "b")
        await printed(kiosk.database, late)
        assert await kiosk.sync.round()
        assert isinstance(await records.find(early, token), Check)
        kiosk.clock.move(DAY + PRUNE_AGAIN)
        assert await kiosk.sync.round()
        assert await kiosk.sync.round(), "the contact of one round is the time of the next"
        key = await read_key(tmp_path)
        assert await readable(kiosk, key) == {"checks": 1, "slips": 1, "journal_entries": 2}
        summary = await records.find(early, token)
        assert isinstance(summary, CheckSummary), "verdict and time stay, for whoever asks"
        assert isinstance(await records.find(late, await token_of(kiosk, late)), Check)
        kiosk.clock.move(400 * DAY)
        for _ in range(2):
            await kiosk.sync.round()
        assert await records.find(early, token) is None


async def read_key(folder: Path) -> bytes:
    return await asyncio.to_thread(read_private, folder / "kiosk" / KEY)


async def test_nothing_goes_that_the_server_has_not_judged(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        await kiosk.sync.round()
        record = await keep(kiosk, "a")
        await printed(kiosk.database, record)
        retention = kiosk.sync._retention
        assert await retention.prune(NOW + timedelta(days=3000)) == 0
        await retention.erase_delivered(journal=False)
        assert await kiosk.database.checks.find(record) is not None


async def test_a_wrong_clock_forgets_nothing(server: Server, tmp_path: Path) -> None:  # noqa: F811
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        record = await keep(kiosk, "a")
        assert await kiosk.sync.round()
        kiosk.clock.passed += PRUNE_AGAIN
        kiosk.clock.at += timedelta(days=3000)
        server.clock.at = NOW
        await kiosk.sync._prune()
        assert await kiosk.database.checks.find(record) is not None


async def test_an_entry_stays_35_days_after_its_verdict(server: Server, tmp_path: Path) -> None:  # noqa: F811
    async def left(kiosk: Kiosk) -> list[str]:
        rows = await kiosk.database.connection.fetch(
            "SELECT op_id FROM journal_entries ORDER BY seq"
        )
        return [row[0] for row in rows]

    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        await keep(kiosk, "a")
        kiosk.clock.move(20 * DAY)
        assert await kiosk.sync.round(), "judged now, 20 days after it was written"
        kiosk.clock.move(35 * DAY - 60)
        await keep(kiosk, "b")
        assert await kiosk.sync.round()
        assert await left(kiosk) == [op("a"), op("b")]
        kiosk.clock.move(120)
        await keep(kiosk, "c")
        assert await kiosk.sync.round()
        assert await left(kiosk) == [op("b"), op("c")]


@pytest.mark.parametrize("said", [True, False])
async def test_after_a_fence_a_thief_with_the_key_reads_nothing_that_was_delivered(
    server: Server,  # noqa: F811
    tmp_path: Path,
    said: bool,
) -> None:
    async with kiosk_at(server, tmp_path / "kiosk") as kiosk:
        for name in "abcd":
            await printed(kiosk.database, await keep(kiosk, name))
        assert await kiosk.sync.round()
        key = await read_key(tmp_path)
        assert await readable(kiosk, key) == {"checks": 4, "slips": 4, "journal_entries": 4}
        await server.bureau.fleet.fence("A03")
        if not said:
            # The fence is heard of, and the line goes dead before the last entry is told.
            await keep(kiosk, "e")
            await kiosk.identities.stand(Standing.FENCED)
            assert await readable(kiosk, key) == {"checks": 1, "slips": 0, "journal_entries": 5}
        for _ in range(2):
            await kiosk.sync.round()
        assert await readable(kiosk, key) == {"checks": 0, "slips": 0, "journal_entries": 0}
        file = (tmp_path / "kiosk" / "kiosk.db-wal").stat()
        assert file.st_size == 0, "nothing is left in SQLite's log"
