"""The verification service of one worker, with a clock that is set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from helpdesk.db import Database, GroupCommit
from helpdesk.registry.columns import Entry
from helpdesk.registry.store import RegistryStore
from helpdesk.security import KeyRing
from helpdesk.verification.lookup import Lookup
from helpdesk.verification.question import Question, Reading, Recorded
from helpdesk.verification.service import VerificationService
from helpdesk.verification.store import CheckStore
from helpdesk.wire.verification import asked_of, request_of
from invoices.claim import Claim
from invoices.rules import Policy
from tests.verifier_contract import OpIds

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = NOON.astimezone(ZONE).date()


class HandClock:
    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now.timestamp()

    def pass_(self, **time: float) -> None:
        self._now += timedelta(**time)


class Worker:
    """A service with what a test needs to ask it."""

    def __init__(
        self, service: VerificationService, database: Database, clock: HandClock, ids: OpIds
    ) -> None:
        self.service = service
        self.database = database
        self.clock = clock
        self.ids = ids

    async def ask(
        self,
        claim: Claim | None,
        *,
        op_id: str = "",
        channel: str = "anonymous",
        record: str = "",
    ) -> Recorded:
        asked = ("unread",) if claim is None else asked_of(request_of(claim))
        question = Question(
            op_id=op_id or self.ids(),
            read=lambda: Reading(claim),
            asked=asked,
            channel=channel,
            name="A03" if channel == "kiosk" else "",
            record=record,
            numbered=channel == "anonymous",
        )
        return await self.service.check(question)


@asynccontextmanager
async def worker(
    database: Database, ring: KeyRing, *, clock: HandClock | None = None, salt: int = 0
) -> AsyncIterator[Worker]:
    policy, clock = Policy(), clock or HandClock()
    lookup = Lookup(RegistryStore(database, ring), policy)
    store = CheckStore(database, ring, lookup, policy)
    async with GroupCommit(database, store.write) as writing:
        service = VerificationService(writing, clock, ZONE)
        yield Worker(service, database, clock, OpIds(salt))


async def put(database: Database, ring: KeyRing, entries: list[Entry]) -> None:
    registry = RegistryStore(database, ring)
    async with database.transaction() as tx:
        await registry.add(tx, registry.finish(entries))
