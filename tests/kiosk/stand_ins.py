"""Real small objects in the places of clock, chance and server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256, shake_256
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from invoices.advice import advice_for
from invoices.claim import Claim, from_fields
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.check_book import Delivery, Entry, NewCheck
from kiosk.clock import Clock
from kiosk.db.database import Database, open_database
from kiosk.policy import Policy

NOW = datetime(2026, 11, 24, 2, 25, 7, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CANARY_NUMBER = "87651234"
CANARY_NAME = "金丝雀虚构有限公司"


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZONE)

    def today(self) -> date:
        return self.local(self.at).date()

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)


class CountedIds:
    """Ids that count up."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def op_id(self) -> str:
        return f"019ab000-0000-7000-8000-{next(self._numbers):012x}"

    def token(self) -> str:
        return f"{next(self._numbers):A>20}".translate(str.maketrans("0189", "ABCD"))


def counted_bytes(seed: int = 0) -> Callable[[int], bytes]:
    numbers = count(1)
    return lambda size: shake_256(f"{seed} {next(numbers)}".encode()).digest(size)


def op(name: str) -> str:
    """An operation id that a test knows by a name."""
    return f"019ab000-0000-7000-8000-{sha256(name.encode()).hexdigest()[:12]}"


def claim(number: str = CANARY_NUMBER, issued_on: str = "2026-11-03") -> Claim:
    return from_fields(code="011002600111", number=number, issued_on=issued_on, check_code="479666")


def matched(state: State = State.NORMAL) -> Outcome:
    details = Details(
        kind=Kind.E_ORDINARY,
        code="011002600111",
        number=CANARY_NUMBER,
        issued_on=date(2026, 11, 3),
        net=9159,
        tax=1191,
        total=10350,
        check_code="479666",
        seller_tax_id="91110108MA01G0FB09",
        seller_name=CANARY_NAME,
    )
    return Outcome(
        verdict=Verdict.MATCH,
        state=state,
        source=Source.REGISTRY,
        as_of=NOW,
        compared=(Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.CHECK_CODE),
        advice=advice_for(Verdict.MATCH, state),
        details=details,
    )


def bare(verdict: Verdict) -> Outcome:
    """The server's answer of a verdict without anything else to tell."""
    looked_for = verdict in {Verdict.MISMATCH, Verdict.NOT_FOUND}
    source, as_of = (Source.REGISTRY, NOW) if looked_for else (None, None)
    return Outcome(verdict, None, source, as_of, (), advice_for(verdict, None), None)


def new_check(
    name: str, outcome: Outcome | None = None, day: date | None = None, number: str = CANARY_NUMBER
) -> NewCheck:
    outcome = outcome or matched()
    kept = outcome.verdict is Verdict.UNAVAILABLE
    return NewCheck(
        op_id=op(name),
        token="ABCDEFGHIJKLMNOPQRST",
        claim=claim(number),
        entry=Entry.SCAN,
        outcome=outcome,
        delivery=Delivery.KEPT if kept else Delivery.ANSWERED,
        at=NOW,
        day=day or date(2026, 11, 24),
    )


@asynccontextmanager
async def opened(
    folder: Path,
    *settings: str,
    clock: Clock | None = None,
    policy: Policy | None = None,
    seed: int = 0,
) -> AsyncIterator[Database]:
    await asyncio.to_thread(folder.mkdir, exist_ok=True, parents=True)
    random = counted_bytes(seed)
    database = await open_database(folder, "A03", random, clock or HandClock(), settings, policy)
    try:
        yield database
    finally:
        await database.close()
