"""A kiosk's real parts, joined as bootstrap joins them, before a server in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from helpdesk.wire.check_entry import CheckPayload
from kiosk.db.database import Database
from kiosk.identity.book import IdentityBook
from kiosk.identity.calls import ServerCalls
from kiosk.identity.enrolment import Enrolment
from kiosk.identity.key_store import KeyFolder
from kiosk.identity.rotation import Rotation
from kiosk.link import LinkWatch
from kiosk.online_verifier import OnlineVerifier
from kiosk.policy import Policy
from kiosk.sync.pull import Pull
from kiosk.sync.push import Push
from kiosk.sync.settling import Settling
from kiosk.sync.state import SyncState
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
    """One kiosk's parts, joined as bootstrap joins them."""

    database: Database
    centre: Centre
    clock: TwoClocks
    link: LinkWatch
    calls: ServerCalls
    identities: IdentityBook
    enrolment: Enrolment
    state: SyncState
    push: Push
    pull: Pull
    rotation: Rotation
    pause: HandPause
    sync: SyncTask
    wiped: list[str]

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
    clock = centre.clock
    random, link, pause = counted_bytes(-seed), LinkWatch(clock), HandPause(clock)
    connection, sealer, outbox = database.connection, database.sealer, database.outbox
    identities = IdentityBook(connection, sealer, KeyFolder(folder / "keys"), random, policy)
    wiped: list[str] = []

    async def wipe() -> None:
        wiped.append("packs")

    identities.on_wipe(wipe)
    await identities.open()
    calls = ServerCalls(
        transport, link, clock, random, lambda: identities.current, "shared secret", policy
    )
    state = SyncState(connection, outbox, database.timekeeper, clock)
    heard = {CheckPayload.KIND: database.checks.heard}
    push = Push(calls, identities, outbox, state, database.timekeeper, clock, heard, policy)
    pull = Pull(calls, identities, connection, sealer, state, policy)
    rotation = Rotation(calls, identities, clock)
    task = SyncTask(
        push=push,
        pull=pull,
        rotation=rotation,
        settling=Settling(OnlineVerifier(calls), database.checks, clock),
        identities=identities,
        outbox=outbox,
        state=state,
        calls=calls,
        link=link,
        clock=clock,
        pause=pause,
        chance=lambda: 0.5,
        policy=policy,
    )
    enrolling = Enrolment(calls, identities, database.journal, outbox, connection, clock, random)
    return Kiosk(
        database,
        centre,
        clock,
        link,
        calls,
        identities,
        enrolling,
        state,
        push,
        pull,
        rotation,
        pause,
        task,
        wiped,
    )
