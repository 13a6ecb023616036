"""A kiosk of a run: the product's parts joined as its bootstrap joins them, on a disk that fails.

What the screens do is done by `visitors`: a check is shown once its use case has returned.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from kiosk.db.database import Database, furnish
from kiosk.db.migration import migrate, shipped
from kiosk.db.sqlite import SqliteConnection
from kiosk.identity.key_store import KeyPair, KeysInMemory
from kiosk.ids import RandomIds
from kiosk.journal.boot import Boot
from kiosk.journal.timekeeper import Timekeeper
from kiosk.key_file import KeyFileError
from kiosk.link import Link as LinkState
from kiosk.link import LinkWatch, keep_probing
from kiosk.pause import LoopPause
from kiosk.sealing import Sealer
from kiosk.sync.parts import Outside, SyncParts, join
from kiosk.verification import Fallback, Verification
from tests.simulation.clocks import MachineClock
from tests.simulation.disk import Disk, Image
from tests.simulation.driver import Hop, connecting
from tests.simulation.network import Link
from tests.simulation.newer import NEWER_KINDS
from tests.simulation.pack import StalePack
from tests.simulation.process import Process
from tests.simulation.settings import Rules

KEY = b"kiosk key of a simulated kiosk!!"
MIGRATIONS = shipped()


class KeysOnDisk(KeysInMemory):
    """Key files: they outlive the process, and a dead process changes none."""

    def __init__(self) -> None:
        super().__init__()
        self.process: Process | None = None
        self.made = 0
        """New pairs since the kiosk was enrolled."""

    async def keep(self, secret: bytes) -> KeyPair:
        self._living()
        self.made += 1
        return await super().keep(secret)

    async def keep_only(self, names: object) -> None:
        self._living()
        await super().keep_only(names)  # type: ignore[arg-type]

    def copy(self) -> KeysOnDisk:
        """For a copy of the disk."""
        made = KeysOnDisk()
        made._pairs = dict(self._pairs)
        return made

    def _living(self) -> None:
        if self.process is not None and not self.process.alive:
            raise KeyFileError("key.unwritable")


@dataclass
class Life:
    """One life of the kiosk's process."""

    process: Process
    database: Database
    parts: SyncParts
    verification: Verification
    link: LinkWatch


@dataclass
class Kiosk:
    """`name` tells it from others also where a copied disk makes two of one."""

    name: str
    prefix: str
    disk: Disk
    keys: KeysOnDisk
    clock: MachineClock
    network: Link
    rules: Rules
    chance: Random
    hop: Hop
    pack: StalePack | None
    life: Life | None = None
    wiped: int = 0
    boots: int = 0
    downtime: float = 1.0
    born: Callable[[Kiosk], Awaitable[None]] | None = None
    """Looks at what each new life finds on its disk."""
    broken: list[str] = field(default_factory=list)
    """Parts that ended, which are to go on for ever."""
    _image: Image | None = None

    async def supervise(self) -> None:
        """Start it, and again whenever it died."""
        while True:
            process = Process(self.name)
            if self.disk.session.power_lost or not self.boots:
                self.boots += 1
                self.clock.reboot()
            self.disk.restart(process.session, self._image)
            self._image = None
            self.keys.process = process
            self.network.wedged = False
            with suppress(Exception):  # a disk that fails at the start: the next one may not
                self.life = await process.spawn(self._started(process))
                if self.born is not None:
                    await self.born(self)
                await process.died.wait()
            process.session.die()
            self.life = None
            await process.reap()
            await asyncio.sleep(self.downtime)

    def _watch(self, process: Process, work: Coroutine[Any, Any, None]) -> None:
        """The product puts a kiosk out of service where such a part ends."""

        def ended(task: asyncio.Task[None]) -> None:
            if process.alive and not task.cancelled() and task.exception() is not None:
                self.broken.append(f"crashed: a part of {self.name}: {task.exception()!r}")

        process.spawn(work).add_done_callback(ended)

    def replace_disk(self, image: Image, keys: KeysOnDisk) -> None:
        """Another disk is put in, with the keys that are on it."""
        self._image = image
        self.keys._pairs = dict(keys._pairs)
        self.kill(power=True)

    def kill(self, *, power: bool = False) -> None:
        if self.life is not None:
            self.life.process.session.die(power=power)

    async def _started(self, process: Process) -> Life:
        path = Path(self.disk.name) / "kiosk.db"
        connection = SqliteConnection(path, self.rules.pragmas, connecting(self.hop))
        await connection.open()
        await migrate(connection, MIGRATIONS)
        boot = Boot(hashlib.sha256(f"{self.name} {self.boots}".encode()).digest()[:16])
        random = self.chance.randbytes
        policy = self.rules.kiosk
        keeper = Timekeeper(self.clock, boot, policy)
        sealer = Sealer(KEY, random)
        database = await furnish(
            connection, sealer, keeper, random, self.prefix, policy, NEWER_KINDS
        )
        return await self._joined(process, database)

    async def _joined(self, process: Process, database: Database) -> Life:
        link, random = LinkWatch(self.clock), self.chance.randbytes
        outside = Outside(
            database=database,
            transport=self.network,
            keys=self.keys,
            link=link,
            clock=self.clock,
            random=random,
            pause=LoopPause(),
            chance=self.chance.random,
            policy=self.rules.kiosk,
        )
        parts = join(outside)

        async def wipe() -> None:
            self.wiped += 1

        parts.identities.on_wipe(wipe)
        await parts.identities.open()
        await parts.pull.open()
        reachable = lambda: link.state is not LinkState.OFFLINE  # noqa: E731 - a port of one call
        verification = Verification(
            verifier=parts.verifier,
            book=database.checks,
            clock=self.clock,
            ids=RandomIds(self.clock, random),
            sleep=asyncio.sleep,
            safeguards=self.rules.kiosk,
            fallback=Fallback(self.pack, reachable) if self.pack else None,
        )
        link.listen(lambda state: parts.sync.wake() if state is LinkState.ONLINE else None)
        self._watch(process, parts.sync.run())
        self._watch(process, keep_probing(parts.calls, link, asyncio.sleep))
        return Life(process, database, parts, verification, link)
