"""One seed: what happens, what is healed, what is found broken.

Real is everything the product decides by: the kiosk's use cases, journal, identity and sync task,
the server's application with all its handlers and services, every statement on SQLite, every
signature. Replaced are the edges: the loop's waiting (`loop`), aiosqlite's thread (`driver`), the
files under SQLite (`disk`), the server's connection owner (`database`), sockets and HTTP text
(`http`, `network`), clocks, chance, key files, packs, screens and people. `docs/simulation.md`
has the whole list, and what is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from tests.simulation import promises
from tests.simulation.faults import Happening
from tests.simulation.healing import heal, prove
from tests.simulation.kiosk import Kiosk
from tests.simulation.loop import Stalled
from tests.simulation.schedule import planned
from tests.simulation.settings import Rules
from tests.simulation.world import World, ready, run_in_world, template

WATCH = 7.0
"""Seconds between two looks at what must hold always."""


@dataclass(frozen=True)
class Result:
    """What a seed came to. `told`: answers that visitors got."""

    seed: int
    problems: tuple[str, ...]
    told: int
    trace: tuple[str, ...]

    @property
    def replay(self) -> str:
        return f"make simulate SEED={self.seed}"


def run_seed(seed: int, rules: Rules | None = None) -> Result:
    """Run one seed from its beginning to its verdict."""
    with silent() as faults:
        image = template().server
        try:
            world = run_in_world(seed, rules or Rules(), image, _story)
        except Stalled:
            return Result(seed, ("stuck: everybody waits for somebody",), 0, ())
    problems = (*world.problems, *faults)
    return Result(seed, problems, len(world.told), tuple(world.trace))


async def _story(world: World) -> World:
    plan = planned(world)
    loop = asyncio.get_running_loop()
    going = [loop.create_task(world.server.supervise())]
    going += [loop.create_task(kiosk.supervise()) for kiosk in world.kiosks.values()]
    await ready(world)
    watch = loop.create_task(_watched(world))
    begun = loop.time()
    happening_now = []
    for at, happening in plan.events:
        await asyncio.sleep(max(0.0, begun + at - loop.time()))
        happening_now.append(loop.create_task(_happens(happening)))
    await asyncio.wait(happening_now)
    await heal(world)
    await prove(world)
    watch.cancel()
    for kiosk in world.kiosks.values():
        for each in kiosk.broken:
            world.blame(each)
    return world


async def _happens(happening: Happening) -> None:
    await happening()


async def _watched(world: World) -> None:
    seen: set[tuple[str, tuple[str, str]]] = set()
    steps: dict[str, int] = {}

    async def look(kiosk: Kiosk) -> None:
        steps[kiosk.name] = kiosk.disk.steps
        await promises.always(world, kiosk, seen)

    while True:
        await asyncio.sleep(WATCH)
        for kiosk in list(world.kiosks.values()):
            kiosk.born = look
            if steps.get(kiosk.name) != kiosk.disk.steps:
                await look(kiosk)


class _Faults(logging.Handler):
    """Hears of faults of the product's own that it has met and survived."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.CRITICAL)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg.startswith("sync met a fault of ours"):
            self._found.append(f"crashed: {record.getMessage()}")


@contextmanager
def silent() -> Iterator[list[str]]:
    """The product's log goes nowhere but where it speaks of its own faults."""
    found: list[str] = []
    logger = logging.getLogger("kiosk")
    before, level = logger.handlers[:], logger.level
    logger.handlers[:] = [_Faults(found)]
    logger.propagate, logger.level = False, logging.CRITICAL
    kept = structlog.get_config()

    def heard(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
        if event["event"] == "request.crashed":
            found.append(f"crashed: {event}")
        raise structlog.DropEvent

    structlog.configure(processors=[heard], cache_logger_on_first_use=False)
    try:
        yield found
    finally:
        structlog.configure(**kept)
        logger.handlers[:] = before
        logger.propagate, logger.level = True, level
