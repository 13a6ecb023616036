"""A kiosk's real parts, joined as bootstrap joins them, before a server in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.db.database import Database
from kiosk.identity.book import IdentityBook
from kiosk.identity.calls import ServerCalls
from kiosk.identity.enrolment import Enrolment
from kiosk.identity.key_store import KeyFolder
from kiosk.link import LinkWatch
from kiosk.policy import Policy
from kiosk.sync.parts import Outside, SyncParts, join
from kiosk.sync.pull import Pull
from kiosk.sync.push import Push
from kiosk.sync.task import SyncTask
from kiosk.transport import Transport
from tests.kiosk.stand_ins import HandClock, counted_bytes, opened
from tests.kiosk.sync.server_stand_in import CODE, Centre, Ledger, TwoClocks


class HandPause:
    """Rests by moving the clock; ends the task when it has rested often enough."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.rests: list[float] = []
        self.left = 1_000_000
        self.woken = False

    async def rest(self, seconds: float) -> None:
        await asyncio.sleep(0)
        if self.left == 0:
            raise asyncio.CancelledError
        self.left -= 1
        woken, self.woken = self.woken, False
        self.rests.append(0.0 if woken else seconds)
        self._clock.move(0.0 if woken else seconds)

    def wake(self) -> None:
        self.woken = True


@dataclass
class Kiosk:
    """One kiosk's parts, and what surrounds them."""

    database: Database
    centre: Centre
    clock: TwoClocks
    link: LinkWatch
    pause: HandPause
    wiped: list[str]
    parts: SyncParts

    @property
    def calls(self) -> ServerCalls:
        return self.parts.calls

    @property
    def identities(self) -> IdentityBook:
        return self.parts.identities

    @property
    def enrolment(self) -> Enrolment:
        return self.parts.enrolment

    @property
    def push(self) -> Push:
        return self.parts.push

    @property
    def pull(self) -> Pull:
        return self.parts.pull

    @property
    def sync(self) -> SyncTask:
        return self.parts.sync

    async def enrolled(self) -> Kiosk:
        await self.enrolment.enrol(CODE)
        return self

    @property
    def ledger(self) -> Ledger:
        (ledger,) = self.centre.ledgers.values()
        return ledger

    async def run(self, rests: int) -> None:
        """The task itself, until it has rested so often."""
        self.pause.left = rests
        try:
            await self.sync.run()
        except asyncio.CancelledError:
            return


@asynccontextmanager
async def kiosk_of(
    folder: Path,
    centre: Centre | None = None,
    clock: TwoClocks | None = None,
    policy: Policy | None = None,
    seed: int = 1,
    transport: Transport | None = None,
) -> AsyncIterator[Kiosk]:
    """A kiosk of the server in memory, or of the one that `transport` leads to."""
    clock = clock or TwoClocks()
    centre = centre or Centre(clock)
    async with opened(folder, clock=clock, policy=policy, seed=seed) as database:
        yield await _joined(folder, database, centre, transport or centre, policy, seed)


async def _joined(
    folder: Path,
    database: Database,
    centre: Centre,
    transport: Transport,
    policy: Policy | None,
    seed: int,
) -> Kiosk:
    clock, link = centre.clock, LinkWatch(centre.clock)
    pause, wiped = HandPause(clock), list[str]()
    outside = Outside(
        database=database,
        transport=transport,
        keys=KeyFolder(folder / "keys"),
        link=link,
        clock=clock,
        random=counted_bytes(-seed),
        pause=pause,
        chance=lambda: 0.5,
        access="shared secret",
        policy=policy,
    )
    parts = join(outside)

    async def wipe() -> None:
        wiped.append("packs")

    parts.identities.on_wipe(wipe)
    await parts.identities.open()
    await parts.pull.open()
    return Kiosk(database, centre, clock, link, pause, wiped, parts)
