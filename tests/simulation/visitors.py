"""People: visitors who check invoices, and staff who enrol a kiosk anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

from helpdesk.errors import HelpdeskError
from invoices.claim import from_face
from invoices.face import Face
from invoices.verdict import Source, Verdict
from kiosk.check_book import Entry
from kiosk.db.port import StoreError
from kiosk.errors import KioskError
from kiosk.ids import RandomIds
from kiosk.link import Link
from tests.simulation.kiosk import Kiosk, Life
from tests.simulation.newer import VisitPayload
from tests.simulation.world import INVOICES, TODAY, Told, World

POPULAR = next(iter(INVOICES))


def invoice(world: World, chance: Random) -> Face:
    """Mostly one that nobody else asks about, so that it shows who was counted."""
    fate = chance.random()
    if fate < 0.25:
        return INVOICES[POPULAR][0]
    if fate < 0.5:
        return INVOICES[chance.choice(sorted(INVOICES))][0]
    return replace(INVOICES[POPULAR][0], number=f"{TODAY:%y}113000{world.acts:012d}")


async def visit(world: World, kiosk: Kiosk, face: Face) -> bool:
    """Somebody checks an invoice; whether they were told anything."""
    world.acts += 1
    act, life = world.acts, kiosk.life
    if life is None or life.link.state is Link.FENCED:
        return False
    claim = from_face(face)
    task = life.process.spawn(life.verification.check(claim, Entry.SCAN))
    await asyncio.wait({task})
    if not life.process.alive or task.cancelled():
        return False
    if error := task.exception():
        if not isinstance(error, StoreError):
            world.blame(f"a check ended by {type(error).__name__}")
        world.note(f"{kiosk.name} act {act} not saved: {error}")
        return False
    check = task.result()
    outcome = check.outcome
    world.told.append(
        Told(
            act=act,
            kiosk=kiosk.name,
            op_id=check.op_id,
            record=check.record,
            number=claim.number,
            verdict=outcome.verdict.value,
            state=outcome.state and outcome.state.value,
            source=outcome.source and outcome.source.value,
            at=world.time.seconds,
            # A kiosk that was never enrolled asks before it tells.
            asked=check.op_id in world.asked
            or world.weather.late > 0
            or life.parts.identities.form is None,
        )
    )
    world.note(f"{kiosk.name} act {act} told {outcome.verdict} {outcome.source} {check.record}")
    if outcome.verdict is Verdict.UNAVAILABLE or outcome.source is Source.PACK:
        life.parts.sync.wake()
    return True


async def take_number(world: World, kiosk: Kiosk) -> None:
    """Somebody uses what only the next version has."""
    life = kiosk.life
    if life is None or life.link.state is Link.FENCED:
        return
    op_id = RandomIds(kiosk.clock, kiosk.chance.randbytes).op_id()
    task = life.process.spawn(_number(life, op_id))
    await asyncio.wait({task})
    if life.process.alive and not task.cancelled() and task.exception() is None:
        world.visits[op_id] = kiosk.name
        world.note(f"{kiosk.name} number {op_id}")


async def _number(life: Life, op_id: str) -> None:
    async with life.database.connection.transaction() as tx:
        await life.database.journal.append(tx, op_id, VisitPayload(number="A007"))


async def enrol(world: World, kiosk: Kiosk, tries: int = 40) -> bool:
    """A member of staff gets a code and types it until the kiosk is let in."""
    code, made_at = "", -1e9
    for attempt in range(1, tries):
        if not attempt % 6:
            kiosk.kill()  # as people do
        life, running = kiosk.life, world.server.running
        if life is None or running is None:
            await asyncio.sleep(1.0)
            continue
        if world.time.seconds - made_at > 600:
            try:
                invited = running.bureau.enrolment.invite("", kiosk.prefix)
                code = (await running.process.spawn(invited)).code
            except (HelpdeskError, asyncio.CancelledError):
                continue
            made_at = world.time.seconds
        task = life.process.spawn(_typed(life, code))
        await asyncio.wait({task})
        if not task.cancelled() and task.exception() is None and life.process.alive:
            world.note(f"{kiosk.name} enrolled as {task.result()}")
            kiosk.keys.made = 0
            return True
        error = None if task.cancelled() else task.exception()
        world.note(f"{kiosk.name} not enrolled: {error}")
        if error is not None and not isinstance(error, KioskError):
            world.blame(f"an enrolment ended by {type(error).__name__}")
        if isinstance(error, KioskError) and error.code.startswith("enrolment."):
            made_at = -1e9
        await asyncio.sleep(2.0)
    return False


async def _typed(life: Life, code: str) -> str:
    async with life.parts.sync.between_rounds():
        form = await life.parts.enrolment.enrol(code)
    life.parts.sync.wake()
    return form.kiosk
