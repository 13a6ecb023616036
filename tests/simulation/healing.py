"""After the faults: everything works again, people do their part, and two minutes must do."""

from __future__ import annotations

import asyncio

from helpdesk.wire.standing import Standing
from kiosk.db.port import StoreError
from kiosk.identity.identity import Enrolled
from kiosk.link import Link
from kiosk.sync.report import SyncReport
from tests.simulation.books import KioskBooks, ServerBooks, announced, replica
from tests.simulation.chance import stream
from tests.simulation.kiosk import Kiosk, Life
from tests.simulation.promises import finally_
from tests.simulation.server import Running
from tests.simulation.visitors import enrol, invoice, visit
from tests.simulation.world import World, ready

PATIENCE = 120.0
"""Seconds after healing in which everything must be told and answered."""
LOOK = 4.0
_UNKNOWN = "signature.key"
_HOPELESS = frozenset({"journal.fork", "journal.forks", "journal.behind", "journal.gone"})
"""Reasons to park for which the instructions say: enrol the kiosk again."""


async def heal(world: World) -> None:
    """End all faults."""
    world.note("healed")
    weather = world.weather
    weather.lost = weather.late = weather.repeated = weather.unanswered = 0.0
    weather.lies = weather.busy = weather.wedged = 0.0
    world.server.disk.heal()
    for kiosk in world.kiosks.values():
        kiosk.network.up = True
        kiosk.disk.heal()
    if not world.server.newer:
        world.server.newer = True
        world.server.kill()
    await asyncio.sleep(3.0)
    await ready(world)


async def prove(world: World) -> None:
    """Wait, look, make one more check at every kiosk, wait and look again."""
    for again in (False, True):
        await _settled(world)
        if world.problems:
            return
        running = world.server.running
        assert running is not None
        await finally_(world, running)
        if world.problems or again:
            return
        chance = stream(world.seed, "probe")
        for kiosk in list(world.kiosks.values()):
            if kiosk.life is None or kiosk.life.link.state is Link.FENCED:
                continue
            if not await visit(world, kiosk, invoice(world, chance)):
                world.blame(f"stuck: {kiosk.name} can keep no check any more")


async def _settled(world: World) -> None:
    until = world.time.seconds + PATIENCE
    helped: dict[str, int] = {}
    waits = ["?"]
    while waits and world.time.seconds < until:
        await asyncio.sleep(LOOK)
        waits = []
        for kiosk in world.kiosks.values():
            if await _needs_a_person(world, kiosk, helped):
                helped[kiosk.name] = helped.get(kiosk.name, 0) + 1
                if not await enrol(world, kiosk):
                    world.blame(f"stuck: {kiosk.name} cannot be enrolled")
                until = world.time.seconds + PATIENCE
        for kiosk in world.kiosks.values():
            if why := await _waits_for(world, kiosk):
                waits.append(f"{kiosk.name} {why}")
    for each in waits:
        world.blame(f"stuck: {each}")


async def _needs_a_person(world: World, kiosk: Kiosk, helped: dict[str, int]) -> bool:
    life = kiosk.life
    if life is None or helped.get(kiosk.name, 0) >= 3:
        return False
    report = await life.parts.sync.report()
    form = life.parts.identities.form
    if form is None:
        return True
    if form.standing is Standing.FENCED:
        if form.secrets is not None or (form.key is not None and report.parked is None):
            return False
        if form.kiosk not in world.ever_fenced:
            world.blame(f"divergent: {kiosk.name} thinks it was fenced")
        # One that is about to destroy its keys is seen again at the next look.
        return _wiped(kiosk, life)
    if form.standing is Standing.QUARANTINED:
        return report.waiting == 0 or report.parked in _HOPELESS
    if report.failure == _UNKNOWN:
        return await _locked_out(world, kiosk, form)
    return report.parked in _HOPELESS


async def _locked_out(world: World, kiosk: Kiosk, form: Enrolled) -> bool:
    """Whether the server knows none of the kiosk's keys; it must where it knows the kiosk."""
    running = world.server.running
    if running is None:
        return False
    known = [key for key in await running.bureau.roster.keys_of(form.kiosk) if key.state.accepted]
    if {key.keys.signing.hex() for key in known} & {form.key, form.previous}:
        return False
    # A double of the disk may have turned the key; a server from before two rotations ago is
    # one for which the instructions want a person.
    if known and kiosk.keys.made <= 1 and not (world.copies or world.old_disks):
        world.blame(f"stuck: {kiosk.name} is locked out")
    return True


def _wiped(kiosk: Kiosk, life: Life) -> bool:
    """Whether nothing is left of what a fence destroys."""
    left = kiosk.keys.copy()._pairs if life.parts.identities.current is None else {}
    return bool(kiosk.wiped) and not left


async def _waits_for(world: World, kiosk: Kiosk) -> str:
    life, running = kiosk.life, world.server.running
    if life is None or running is None:
        return "does not start"
    try:
        report = await life.parts.sync.report()
        books, kept = await KioskBooks.read(life), await life.database.checks.kept()
    except StoreError as error:
        return error.code
    form = life.parts.identities.form
    if form is not None and form.secrets is None and not _wiped(kiosk, life):
        return "was fenced and kept its keys"
    if life.parts.identities.current is None:
        return "is nobody"
    if report.waiting or report.parked or report.failure:
        return f"waiting={report.waiting} parked={report.parked} failure={report.failure}"
    if kept:
        return f"{len(kept)} checks without their answer"
    return await _differs(world, kiosk, life, running, books, report)


async def _differs(
    world: World,
    kiosk: Kiosk,
    life: Life,
    running: Running,
    books: KioskBooks,
    report: SyncReport,
) -> str:
    """What the two sides do not know of each other."""
    server = await ServerBooks.read(running)
    latest, journal, *_ = books.journals[-1]
    filed = {(entry.journal, entry.hash) for entry in server.entries}
    for number, _, _, _, _, hash_, outcome, _ in books.entries:
        if number == latest and outcome and (bytes(journal).hex(), bytes(hash_)) not in filed:
            return "knows nothing of the server's loss"
    mark = server.marks.get(bytes(journal).hex(), {}).get(0, 0)
    if mark < report.mark:
        return "knows nothing of the server's loss"
    if mark > report.head and kiosk.name in world.old_disks:
        return "knows nothing of what it has forgotten itself"
    if await announced(running, life.parts.identities.needed.kiosk) != await replica(life):
        return "has not heard the news"
    standing = server.standing.get(life.parts.identities.needed.kiosk, "?")
    if standing != report.standing:
        return f"is {standing} and does not know"
    return ""
