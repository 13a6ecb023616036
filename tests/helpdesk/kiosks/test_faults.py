"""Pushes that come twice, late, cut and crossed, over a database that fails: nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.db import Database, DatabaseError
from helpdesk.db.transaction import Transaction
from helpdesk.kiosks import push as push_module
from helpdesk.kiosks.bureau import Bureau
from helpdesk.wire.journal_batch import PushAnswer
from invoices.claim import from_face
from invoices.verdict import Source, State, Verdict
from tests.helpdesk.kiosks.room import INVOICES, Centre, ChanceIds, KioskSide, outcome

TOLD = [
    outcome(Verdict.MATCH, State.NORMAL),
    outcome(Verdict.MATCH, State.NORMAL, Source.REGISTRY),
    outcome(Verdict.UNAVAILABLE, source=None),
    outcome(Verdict.NOT_FOUND),
]
CLAIMS = [from_face(INVOICES[name][0]) for name in ("normal", "voided", "red", "paper")]


class FailingTransaction:
    """Fails at some statement."""

    def __init__(self, tx: Transaction, chance: random.Random) -> None:
        self._tx = tx
        self._left = chance.randrange(14)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise DatabaseError("db.unavailable")

    async def execute(self, sql: str, *args: Any) -> int:
        self._count()
        return await self._tx.execute(sql, *args)

    async def fetch(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        self._count()
        return await self._tx.fetch(sql, *args)

    async def executemany(self, sql: str, rows: Any) -> None:
        self._count()
        await self._tx.executemany(sql, rows)


class FailingDatabase:
    """Fails within transactions, and after a commit of which nobody hears."""

    def __init__(self, database: Database, chance: random.Random) -> None:
        self._database = database
        self._chance = chance
        self.failing = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        fault = self._chance.random() if self.failing else 1.0
        async with self._database.transaction() as tx:
            yield FailingTransaction(tx, self._chance) if fault < 0.3 else tx
        if fault > 0.9 and self.failing:
            raise DatabaseError("db.unavailable")


def worker(centre: Centre, chance: random.Random) -> tuple[Centre, FailingDatabase]:
    failing = FailingDatabase(centre.database, chance)
    resources = replace(centre.resources, database=failing)  # type: ignore[arg-type]
    return Centre(resources, Bureau(resources), centre.clock), failing


async def one_attempt(centre: Centre, kiosk: KioskSide, chance: random.Random) -> None:
    """Push some window of the journal; the answer may get lost, the call may be cut off."""
    end = len(kiosk.entries)
    after = chance.randint(max(0, kiosk.acknowledged - 6), end)
    to = chance.randint(after, end)
    call = asyncio.create_task(centre.take(kiosk, kiosk.batch(after=after, to=to)))
    if chance.random() < 0.2:
        for _ in range(chance.randrange(40)):
            await asyncio.sleep(0)
        call.cancel()
    try:
        answer: PushAnswer = await call
    except (DatabaseError, asyncio.CancelledError):
        return
    if chance.random() < 0.8:
        kiosk.hear(answer)


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_lost_doubled_or_dropped(
    centre: Centre, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "GROUP", 4)
    chance = random.Random(seed)
    kiosks = [await centre.kiosk(number) for number in range(3)]
    workers = [worker(centre, chance) for _ in range(2)]
    operations: list[str] = []
    for _ in range(25):
        for kiosk in kiosks:
            for _ in range(chance.randrange(3)):
                repeated = operations and chance.random() < 0.1
                operation = chance.choice(operations) if repeated else ChanceIds().op_id()
                told, claim = chance.choice(TOLD), chance.choice(CLAIMS)
                operations.append(kiosk.check(claim, told, operation=operation))
        attempts = [
            one_attempt(chance.choice(workers)[0], kiosk, chance)
            for kiosk in kiosks
            for _ in range(chance.randrange(3))
        ]
        await asyncio.gather(*attempts)
    for _, failing in workers:
        failing.failing = False
    for kiosk in kiosks:
        await centre.drain(kiosk)
        kiosk.acknowledged = 0
        await centre.drain(kiosk)
    await everything_once(centre, kiosks, operations)


async def everything_once(centre: Centre, kiosks: list[KioskSide], operations: list[str]) -> None:
    entries = await centre.rows(
        "SELECT b.kiosk, e.seq, e.hash, e.outcome, e.reason FROM kiosks_entry e"
        " JOIN kiosks_branch b ON b.id = e.branch ORDER BY b.kiosk, e.seq"
    )
    written = [
        (kiosk.kiosk, head.seq, head.hash, *kiosk.verdicts[head.seq])
        for kiosk in kiosks
        for head in kiosk.heads[1:]
    ]
    assert [(k, s, bytes(h), o, r) for k, s, h, o, r in entries] == written
    assert len(written) == len(operations)
    kept = [row[0] for row in await centre.rows("SELECT op_id FROM verification_check")]
    assert sorted(kept) == sorted(set(operations))
    assert await centre.counted() == len(set(operations))
    refused = [verdict for kiosk in kiosks for verdict in kiosk.verdicts.values() if verdict[1]]
    matters = await centre.bureau.inbox.matters(limit=500)
    assert sum(matter.entries for matter in matters) == len(refused)
    assert len(operations) - len(set(operations)) == sum(
        reason == "journal.op_id" for _, reason in refused
    )


async def test_two_workers_and_one_operation(centre: Centre) -> None:
    """The same operation at the same moment in two journals: one of them has the effect."""
    kiosks = [await centre.kiosk(number) for number in range(4)]
    operation = ChanceIds().op_id()
    for kiosk in kiosks:
        kiosk.check(operation=operation)
    workers = [centre.again() for _ in kiosks]
    pairs = zip(workers, kiosks, strict=True)
    answers = await asyncio.gather(*(each.push(kiosk) for each, kiosk in pairs))
    outcomes = sorted(answer.verdicts[0].outcome.value for answer in answers)
    assert outcomes == ["applied", "refused", "refused", "refused"]
    assert await centre.counted() == 1


async def test_the_same_batch_at_the_same_moment(centre: Centre) -> None:
    kiosk = await centre.kiosk()
    for _ in range(9):
        kiosk.check()
    batch = kiosk.batch()
    workers = [centre.again() for _ in range(4)]
    answers = await asyncio.gather(*(each.take(kiosk, batch) for each in workers))
    for answer in answers:
        kiosk.hear(answer)
    assert {answer.mark for answer in answers} == {9}
    assert await centre.counted() == 9
