"""Two workers on one PostgreSQL never move one journal at the same time."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from helpdesk.db import Database, database_of
from tests.helpdesk.kiosks.room import Centre, furnish, open_centre

_WAITING = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted"


@pytest_asyncio.fixture
async def centre(postgres_url: str, tmp_path: Path) -> AsyncIterator[Centre]:
    furniture = await asyncio.to_thread(furnish, tmp_path)
    async with database_of(postgres_url) as database:
        yield await open_centre(database, furniture)


async def blocked_or_done(database: Database, task: asyncio.Task[object]) -> None:
    async with asyncio.timeout(20):
        while not task.done():
            ((waiting,),) = await database.read(_WAITING)
            if waiting:
                return


async def test_a_push_waits_while_another_worker_has_the_journal(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    kiosk.check()
    other = centre.again()
    # A task of its own, as in another process: not inside this one's transaction.
    outside = contextvars.copy_context()
    async with centre.database.transaction() as tx:
        (trunk,) = await centre.bureau.journals.branches(tx, kiosk.journal)
        assert trunk.mark.seq == 0
        task = asyncio.create_task(other.push(kiosk), context=outside)
        await blocked_or_done(centre.database, task)
        assert not task.done(), "two had the journal at once"
    assert (await task).mark == 1


async def test_one_batch_at_both_workers_has_its_effect_once(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    for _ in range(40):
        kiosk.check()
    other, batch = centre.again(), kiosk.batch()
    answers = await asyncio.gather(centre.take(kiosk, batch), other.take(kiosk, batch))
    assert [answer.mark for answer in answers] == [40, 40]
    assert answers[0].verdicts == answers[1].verdicts
    assert await centre.counted() == 40
    rows = await centre.rows("SELECT COUNT(*), COUNT(DISTINCT seq) FROM kiosks_entry")
    assert rows == [(40, 40)]
    assert await centre.rows("SELECT COUNT(*) FROM kiosks_branch") == [(1,)]
