"""The faults of a run, each a thing that befalls the world at a moment of the seed's choice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

from helpdesk.errors import HelpdeskError
from tests.simulation.kiosk import Kiosk
from tests.simulation.visitors import POPULAR, enrol, invoice, take_number, visit
from tests.simulation.world import INVOICES, World

Happening = Callable[[], Awaitable[object]]
DAY = 86_400.0


def check(world: World, kiosk: Kiosk, chance: Random) -> Happening:
    return lambda: visit(world, kiosk, invoice(world, chance))


def hurry(world: World) -> None:
    """Somebody at each kiosk wants it told at once."""
    for kiosk in world.kiosks.values():
        if kiosk.life is not None:
            kiosk.life.parts.sync.wake()


def popular(world: World, kiosk: Kiosk) -> Happening:
    """Everybody holds the same invoice."""

    async def comes() -> None:
        kiosk.network.up = False
        for _ in range(7):
            await visit(world, kiosk, INVOICES[POPULAR][0])
        kiosk.network.up = True

    return comes


def closed(world: World, chance: Random) -> Happening:
    """What stands before the server says that it is closed, until when it likes."""

    async def closes() -> None:
        world.note("a proxy says it is closed")
        before, world.weather.busy = world.weather.busy, 1.0
        hurry(world)
        await asyncio.sleep(chance.uniform(3.0, 20.0))
        world.weather.busy = before

    return closes


def number(world: World, kiosk: Kiosk) -> Happening:
    return lambda: take_number(world, kiosk)


def outage(world: World, kiosk: Kiosk, chance: Random) -> Happening:
    """The link goes away for a while, loudly or not."""

    async def away() -> None:
        world.note(f"{kiosk.name} link down")
        kiosk.network.silent = chance.random() < 0.5
        kiosk.network.up = False
        await asyncio.sleep(chance.expovariate(1 / 25))
        kiosk.network.up = True

    return away


def dying(world: World, kiosk: Kiosk, chance: Random) -> Happening:
    """The kiosk's process dies at one of its next writes, or now."""

    async def dies() -> None:
        power = chance.random() < 0.6
        kiosk.downtime = chance.choice((0.5, 4.0, 20.0))
        world.note(f"{kiosk.name} {'loses power' if power else 'is killed'}")
        if chance.random() < 0.25:
            kiosk.kill(power=power)
        else:
            kiosk.disk.arm("power" if power else "kill", chance.randrange(60))

    return dies


def failing(world: World, kiosk: Kiosk, chance: Random) -> Happening:
    """The kiosk's disk is full for a while, or fails once."""

    async def fails() -> None:
        fault = chance.choice(("eio", "eio", "full"))
        world.note(f"{kiosk.name} disk {fault}")
        kiosk.disk.arm(fault, chance.randrange(40))
        await asyncio.sleep(chance.expovariate(1 / 15))
        kiosk.disk.full = False

    return fails


def wrong_clock(world: World, kiosk: Kiosk, chance: Random) -> Happening:
    """The wall clock jumps, back or forward."""

    async def jumps() -> None:
        by = chance.choice((5.0, 90.0, 3600.0, 2 * DAY)) * chance.uniform(-1, 1)
        world.note(f"{kiosk.name} clock {by:+.0f}")
        kiosk.clock.wrong += timedelta(seconds=by)

    return jumps


def night(world: World, chance: Random, days: float = 0.0) -> Happening:
    """Time passes that nobody was awake to see."""

    async def passes() -> None:
        seconds = days * DAY or chance.choice((600.0, 8 * 3600.0, 3 * DAY))
        world.note(f"{seconds:.0f} seconds pass")
        world.time.skip(seconds)
        hurry(world)

    return passes


def server_dying(world: World, chance: Random) -> Happening:
    """The server dies at one of its next writes, or its disk fails."""

    async def dies() -> None:
        fault = chance.choice(("kill", "kill", "power", "eio"))
        world.server.downtime = chance.choice((0.5, 5.0, 30.0))
        world.note(f"server {fault}")
        world.server.disk.arm(fault, chance.randrange(30))
        hurry(world)

    return dies


def restored(world: World, chance: Random, after: float) -> Happening:
    """The server loses its disk some time later and comes back with the present one's backup."""

    async def happens() -> None:
        image = world.server.disk.image()
        fenced = dict(world.fenced_at)
        await asyncio.sleep(after)
        world.note("server restored")
        if world.fenced_at:
            # What it had refused from a kiosk that has no keys any more is not said again.
            world.excused.update(told.op_id for told in world.told)
        world.fenced_at.clear()
        world.fenced_at.update(fenced)
        world.server.downtime = chance.choice((1.0, 10.0))
        world.server.kill(image=image)

    return happens


def fence(world: World, kiosk: Kiosk) -> Happening:
    """An administrator shuts a kiosk out."""

    async def fences() -> None:
        running = world.server.running
        life = kiosk.life
        form = life.parts.identities.form if life else None
        if running is None or form is None:
            return
        world.note(f"{form.kiosk} fenced")
        world.ever_fenced.add(form.kiosk)
        try:
            await running.process.spawn(running.bureau.fleet.fence(form.kiosk))
        except (HelpdeskError, asyncio.CancelledError):
            return
        world.fenced_at[form.kiosk] = world.time.seconds

    return fences


def copied(world: World, kiosk: Kiosk) -> Happening:
    """Somebody copies the kiosk's disk and runs the copy in another machine."""

    async def copies() -> None:
        name = f"{kiosk.name}'"
        if name in world.kiosks or kiosk.life is None:
            return
        world.note(f"{kiosk.name} copied")
        image, keys = kiosk.disk.image(), kiosk.keys.copy()
        made = world.add_kiosk(name, kiosk.prefix, image, keys, pack=kiosk.pack is not None)
        world.copies[name] = kiosk.name
        asyncio.get_running_loop().create_task(made.supervise())
        await asyncio.sleep(2.0)
        for each in (kiosk, made, made):
            await visit(world, each, invoice(world, each.chance))
        hurry(world)

    return copies


def old_disk(world: World, kiosk: Kiosk, after: float) -> Happening:
    """Somebody puts a disk into the kiosk that was copied from it some time before."""

    async def happens() -> None:
        if kiosk.life is None or kiosk.life.parts.identities.form is None:
            return
        begun, image = world.time.seconds, kiosk.disk.image()
        keys = kiosk.keys.copy()
        await asyncio.sleep(after)
        world.note(f"{kiosk.name} gets an old disk")
        # What was told since and had not reached the server is gone with the disk.
        world.excused.update(
            told.op_id for told in world.told if told.kiosk == kiosk.name and told.at >= begun
        )
        world.excused.update(world.visits)
        world.old_disks.add(kiosk.name)
        kiosk.replace_disk(image, keys)

    return happens


def announced(
    world: World, chance: Random, keys: int = 3, deadly_to: Kiosk | None = None
) -> Happening:
    """The server has news for all kiosks; one may die of hearing it."""

    async def announces() -> None:
        running = world.server.running
        if running is None:
            return

        async def published() -> None:
            async with running.database.transaction() as tx:
                for key in range(keys):
                    news = None if chance.random() < 0.1 else {"n": chance.randrange(1000)}
                    await running.bureau.changes.publish(tx, "notice", f"{key}", news)

        try:
            await running.process.spawn(published())
        except (HelpdeskError, asyncio.CancelledError):
            return
        if deadly_to is not None:
            world.note(f"{deadly_to.name} is killed over the news")
            deadly_to.disk.arm("kill", chance.randrange(24))
        hurry(world)

    return announces


def enrolled(world: World, kiosk: Kiosk) -> Happening:
    """A member of staff enrols the kiosk, for the first time or anew."""
    return lambda: enrol(world, kiosk)


def upgraded(world: World) -> Happening:
    """The server gets the next version."""

    async def upgrades() -> None:
        world.server.newer = True
        world.server.kill()

    return upgrades
