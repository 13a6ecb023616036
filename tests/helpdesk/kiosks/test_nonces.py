from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.kiosks import nonces as module
from helpdesk.kiosks.nonces import Freshness, MemoryNonces, TableNonces, nonces_for
from helpdesk.wire.request_signature import VerifiedRequest
from tests.helpdesk.kiosks.room import NOON, Centre, HandClock


def request(nonce: str, *, created: datetime = NOON, challenged: bool = False) -> VerifiedRequest:
    return VerifiedRequest("A01:00000000", nonce, created, challenged)


async def test_a_nonce_counts_once_for_all_workers(centre: Centre) -> None:
    table = centre.database.dialect == "postgres"
    assert isinstance(nonces_for(centre.database, centre.clock), TableNonces if table else object)
    one, two = (TableNonces(centre.database, centre.clock) for _ in range(2))
    assert await one.use(request("a")) is Freshness.NEW
    assert await two.use(request("a")) is Freshness.SEEN
    assert await two.use(request("b")) is Freshness.NEW


async def test_the_table_forgets_what_no_signature_could_use(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SWEEP", 2)
    nonces = TableNonces(centre.database, centre.clock)
    for name in "abcd":
        await nonces.use(request(name, created=centre.clock.now()))
        centre.clock.pass_(minutes=3)
    rows = await centre.rows("SELECT nonce FROM kiosks_nonce ORDER BY nonce")
    assert [nonce.rpartition("|")[2] for (nonce,) in rows] == ["b", "c", "d"]


async def test_the_memory_knows_nothing_of_before_its_start() -> None:
    clock = HandClock()
    nonces = MemoryNonces(clock)
    early = request("a", created=NOON - timedelta(seconds=1))
    assert await nonces.use(early) is Freshness.UNKNOWN
    proved = request("a", created=NOON - timedelta(seconds=1), challenged=True)
    assert await nonces.use(proved) is Freshness.NEW
    assert await nonces.use(proved) is Freshness.SEEN
    assert await nonces.use(request("b")) is Freshness.NEW
    assert await nonces.use(request("b")) is Freshness.SEEN


async def test_the_memory_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SWEEP", 8)
    clock = HandClock()
    nonces = MemoryNonces(clock)
    for number in range(400):
        clock.pass_(seconds=60)
        await nonces.use(request(str(number), created=clock.now()))
    assert len(nonces._until) <= 16
    assert await nonces.use(request("399", created=clock.now())) is Freshness.SEEN
