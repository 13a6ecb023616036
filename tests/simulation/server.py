"""The server of a run: the real application on a disk of the run, started as often as it dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from aiohttp import web

from helpdesk.app import declare
from helpdesk.app_keys import RESOURCES
from helpdesk.kiosks import routes as kiosk_routes
from helpdesk.kiosks.bureau import Bureau
from helpdesk.kiosks.effects import effects_of
from helpdesk.resources import Resources
from helpdesk.verification import routes as verification
from helpdesk.web import health
from helpdesk.web.frame import frame
from helpdesk.web.guard import GUARD, Guard
from helpdesk.web.traffic import Traffic
from helpdesk.wire.journal_kinds import KINDS
from kiosk.transport import Call, Reply
from tests.simulation import http
from tests.simulation.chance import SeededIds, stream
from tests.simulation.clocks import MachineClock, WorldTime
from tests.simulation.database import LoopDatabase
from tests.simulation.disk import Disk, Image
from tests.simulation.driver import hopping
from tests.simulation.newer import NEWER_KINDS, VisitEffect
from tests.simulation.process import Process
from tests.simulation.settings import CONFIG, RING, Rules, texts

if TYPE_CHECKING:
    from helpdesk.db import Database

FILE = "helpdesk.db"


@dataclass(frozen=True)
class Running:
    """One life of the server."""

    process: Process
    app: web.Application
    database: LoopDatabase
    bureau: Bureau


class Server:
    """`newer`: it knows the next version's entries too. `epoch` counts restored backups."""

    def __init__(self, seed: int, time: WorldTime, rules: Rules, image: Image) -> None:
        self.clock = MachineClock(time)
        self.disk = Disk("server", stream(seed, "server disk"), image)
        self.newer = True
        self.epoch = 0
        self.running: Running | None = None
        self.downtime = 2.0
        self._rules = rules
        self._chance = stream(seed, "server")
        self._ids = SeededIds(self.clock, self._chance)
        self._hop = hopping(self._chance.random)
        self._image: Image | None = None

    async def supervise(self) -> None:
        """Start it, and again whenever it died."""
        while True:
            process = Process("server")
            self.disk.restart(process.session, self._image)
            self._image = None
            with suppress(Exception):  # a disk that fails at the start: the next one may not
                self.running = await process.spawn(self._started(process))
                await process.died.wait()
            process.session.die()
            self.running = None
            await process.reap()
            await asyncio.sleep(self.downtime)

    def kill(self, *, power: bool = False, image: Image | None = None) -> None:
        """End it now; with `image` it comes back on that disk."""
        if image is not None:
            self._image = image
            self.epoch += 1
        if self.running is not None:
            self.running.process.session.die(power=power)

    async def answer(self, call: Call) -> Reply | None:
        """What it answers; None where it is not there, or dies before it has."""
        running = self.running
        if running is None:
            return None
        work = running.process.spawn(http.answer(running.app, call))
        await asyncio.wait({work})
        if not running.process.alive or work.cancelled():
            return None
        return work.result()

    async def _started(self, process: Process) -> Running:
        database = LoopDatabase(f"server/{FILE}", self._hop)
        resources = Resources(
            CONFIG, self.clock, self._ids, cast("Database", database), RING, texts()
        )
        app = web.Application(middlewares=[frame], client_max_size=CONFIG.helpdesk.body_limit)

        async def opened(app: web.Application) -> AsyncIterator[None]:
            app[RESOURCES] = resources
            app[GUARD] = Guard(resources)
            yield

        app.cleanup_ctx.append(opened)
        routes = (
            health.register,
            verification.register,
            partial(kiosk_routes.register, make=self._bureau),
        )
        declare(app, routes).mount(app)
        app.freeze()
        await app.startup()
        return Running(process, app, database, app[kiosk_routes.BUREAU])

    def _bureau(self, resources: Resources, traffic: Traffic) -> Bureau:
        effects = dict(effects_of(resources, self._rules.server))
        if self.newer:
            effects["visit"] = VisitEffect()
        return Bureau(
            resources,
            traffic,
            policy=self._rules.server,
            kinds=NEWER_KINDS if self.newer else KINDS,
            effects=effects,
            chance=self._chance.randbytes,
        )
