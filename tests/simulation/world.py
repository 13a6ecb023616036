"""One run's machines and what was told on them; how they begin, from pictures taken once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from helpdesk.db import database_of, migrate
from helpdesk.registry.columns import Entry as Invoice
from helpdesk.registry.store import RegistryStore
from invoices.face import Face
from invoices.verdict import State
from tests.simulation.chance import stream
from tests.simulation.clocks import BEGIN, ZONE, MachineClock, WorldTime
from tests.simulation.disk import DISKS, Disk, Image
from tests.simulation.driver import hopping
from tests.simulation.kiosk import KeysOnDisk, Kiosk
from tests.simulation.lies import Answers, Lies
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Link, Weather
from tests.simulation.pack import StalePack
from tests.simulation.process import adopting
from tests.simulation.server import FILE, Server
from tests.simulation.settings import RING, Rules
from tests.verifier_contract import known_invoices

TODAY = BEGIN.astimezone(ZONE).date()
INVOICES: dict[str, tuple[Face, State]] = {
    face.number: (face, state)
    for name, (face, state) in known_invoices(TODAY).items()
    if name not in {"today", "old", "edge"}
}
PREFIXES = ("A01", "A02")
WorkT = TypeVar("WorkT")
_WHOLE = "PRAGMA wal_checkpoint(TRUNCATE)"


@dataclass(frozen=True)
class Told:
    """What a visitor was told: the check's names, and the answer."""

    act: int
    kiosk: str
    op_id: str
    record: str
    number: str
    verdict: str
    state: str | None
    source: str | None
    at: float
    asked: bool
    """The server may have been asked before."""


@dataclass
class World:
    """The machines of one run. `problems` are broken promises, in the order they were seen."""

    seed: int
    loop: VirtualLoop
    rules: Rules
    time: WorldTime
    server: Server
    weather: Weather = field(default_factory=Weather)
    kiosks: dict[str, Kiosk] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    answers: dict[str, Answers] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    """Who was told what only the next version's server knows, by operation."""
    fenced_at: dict[str, float] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    """Copied disks, by the name of the machine they run in: whose disk it was."""
    ever_fenced: set[str] = field(default_factory=set)
    """Kiosks that somebody at least tried to fence, whatever a backup knows of it."""
    old_disks: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    """Operations that may have gone with a disk that was taken out."""
    asked: set[str] = field(default_factory=set)
    acts: int = 0

    def note(self, text: str) -> None:
        self.trace.append(f"{self.time.seconds:10.3f} {text}")

    def blame(self, text: str) -> None:
        """A promise was broken."""
        if text not in self.problems:
            self.problems.append(text)
            self.note(f"BROKEN {text}")

    def add_kiosk(
        self, name: str, prefix: str, image: Image, keys: KeysOnDisk, *, pack: bool
    ) -> Kiosk:
        chance, way = stream(self.seed, name), stream(self.seed, f"{name} link")
        lies = Lies(stream(self.seed, f"{name} lies"), name, self.answers)
        made = Kiosk(
            name=name,
            prefix=prefix,
            disk=Disk(name, stream(self.seed, f"{name} disk"), image),
            keys=keys,
            clock=MachineClock(self.time),
            network=Link(way, self.weather, self.server.answer, lies, self.asked),
            rules=self.rules,
            chance=chance,
            hop=hopping(stream(self.seed, f"{name} hop").random),
            pack=StalePack(INVOICES) if pack else None,
        )
        self.kiosks[name] = made
        return made


@dataclass(frozen=True)
class Template:
    """Disks of a centre whose kiosks have enrolled."""

    server: Image
    kiosks: dict[str, tuple[Image, KeysOnDisk]]


def run_in_world(
    seed: int,
    rules: Rules,
    image: Image,
    story: Callable[[World], Awaitable[WorkT]],
) -> WorkT:
    """Let a story happen on a loop of its own."""
    DISKS.clear()
    loop = VirtualLoop()
    loop.set_task_factory(adopting(asyncio.Task))
    time = WorldTime(loop)
    world = World(seed, loop, rules, time, Server(seed, time, rules, image))
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(_told(world, story))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        for disk in DISKS.values():
            disk.session.alive = False
            disk.session.bury()


async def _told(world: World, story: Callable[[World], Awaitable[WorkT]]) -> WorkT:
    try:
        return await story(world)
    finally:
        await _ended()


async def _ended() -> None:
    me = asyncio.current_task()
    while tasks := [task for task in asyncio.all_tasks() if task is not me]:
        for task in sorted(tasks, key=lambda task: task.get_name()):
            task.cancel()
        await asyncio.wait(tasks, timeout=1.0)


async def ready(world: World) -> None:
    """Wait until every machine is up."""
    while world.server.running is None or any(k.life is None for k in world.kiosks.values()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


@cache
def template() -> Template:
    """The beginning of most runs, made once a process by the product itself."""
    return run_in_world(0, Rules(), {FILE: _empty()}, _founded)


def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE

        async def made() -> None:
            async with database_of(f"sqlite://{path}") as database:
                await migrate(database)

        asyncio.run(made())
        return path.read_bytes()


async def _founded(world: World) -> Template:
    tasks = [asyncio.create_task(world.server.supervise())]
    for prefix in PREFIXES:
        kiosk = world.add_kiosk(prefix, prefix, {}, KeysOnDisk(), pack=False)
        tasks.append(asyncio.create_task(kiosk.supervise()))
    await ready(world)
    running = world.server.running
    assert running is not None
    registry = RegistryStore(running.database, RING)  # type: ignore[arg-type]
    async with running.database.transaction() as tx:
        rows = registry.finish([Invoice(*known) for known in INVOICES.values()])
        await registry.add(tx, rows)
    for kiosk in world.kiosks.values():
        invitation = await running.bureau.enrolment.invite("", kiosk.prefix)
        assert kiosk.life is not None
        await kiosk.life.parts.enrolment.enrol(invitation.code)
        assert await kiosk.life.parts.sync.round()
        await kiosk.life.database.connection.fetch(_WHOLE)
    await running.database.read(_WHOLE)
    images = {
        kiosk.name: (kiosk.disk.image(), kiosk.keys.copy()) for kiosk in world.kiosks.values()
    }
    return Template(world.server.disk.image(), images)
