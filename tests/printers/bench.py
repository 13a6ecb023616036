"""A printer on a bench: a virtual device, our side of it, and slips to print."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from printers.device import Deadlines, Printer
from printers.document import Document, Pair, Qr, Rule, Text
from printers.font import find_font
from printers.ledger import Entry, Job, JobState, MemoryLedger
from printers.profile import Profile
from printers.spooler import JobChange, Spooler
from tests.printers.carriers import Carrier

PATIENT = Deadlines(open=5.0, reply=1.0, write=5.0, confirm=10.0)
"""For printers that answer: a machine with much to do must not look like a silent printer."""

HASTY = Deadlines(open=1.0, reply=0.25, write=0.5, confirm=1.0)
"""For printers that keep silent: a test sits these out."""

PATIENCE = 20.0
FONT = find_font()
START = datetime(2026, 11, 24, 2, 25, 7, tzinfo=UTC)


async def eventually(holds: Callable[[], bool]) -> None:
    """Poll until it holds: what it waits for may live in a thread or a process."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def slip(name: str) -> Document:
    return Document(
        (
            Text("验票台 查验凭条", align="center", bold=True, size=2),
            Rule(),
            Pair("结果", "一致，发票正常"),
            Pair("记录编号", name),
            Qr(f"YPR:{name}"),
            Text("有效以登记库实时状态为准", align="center"),
        ),
        reprint_mark="补打",
    )


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def move(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Bench:
    carrier: Carrier
    profile: Profile
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: SetClock = field(default_factory=SetClock)
    changes: list[JobChange] = field(default_factory=list)

    def printer(self, deadlines: Deadlines = PATIENT) -> Printer:
        return Printer(self.carrier.factory, self.profile, FONT, deadlines)

    def spooler(self, deadlines: Deadlines = PATIENT) -> Spooler:
        printer = self.printer(deadlines)
        return Spooler(printer, self.ledger, self.clock, self.changes.append, poll=0.02)

    @asynccontextmanager
    async def running(self, deadlines: Deadlines = PATIENT) -> AsyncIterator[Spooler]:
        """A spooler at work, closed also when the test fails: its sockets would haunt others."""
        spooler = self.spooler(deadlines)
        await spooler.start()
        try:
            yield spooler
        finally:
            await spooler.close()

    def job(self, name: str, seconds: float = 60.0) -> Job:
        now = self.clock.now()
        return Job(name, slip(name), now, now + timedelta(seconds=seconds))

    @property
    def papers(self) -> list[str]:
        return [slip.text for slip in self.carrier.engine.slips]

    def printed(self, name: str) -> int:
        """How many whole slips of that name lie there; a torn one has no last line."""
        last = "有效以登记库实时状态为准"
        return sum(f"YPR:{name}]" in text and last in text for text in self.papers)

    async def entry(self, name: str) -> Entry:
        entry = await self.ledger.find(name)
        assert entry is not None
        return entry

    async def reach(self, name: str, *states: JobState) -> Entry:
        """Poll the ledger until a job is in one of the states."""
        ends = asyncio.get_running_loop().time() + PATIENCE
        while (entry := await self.entry(name)).state not in states:
            assert asyncio.get_running_loop().time() < ends, (entry.state, self.changes[-5:])
            await asyncio.sleep(0.002)
        return entry

    async def waits(self, name: str, reason: str) -> None:
        """Poll until it was told that a job waits for this reason."""
        await eventually(lambda: JobChange(name, JobState.QUEUED, reason) in self.changes)
