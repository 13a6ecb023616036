"""When a running server builds: soon after the registry was written to, and at least so often."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.logs import places
from helpdesk.packs.errors import PacksError
from helpdesk.packs.published import NOTHING
from helpdesk.packs.service import Report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from helpdesk.clock import Clock
    from helpdesk.packs.service import PackService

LOOK: Final = 5.0
"""Seconds between two looks at the registry's number of writes."""
APART: Final = 30.0
"""Seconds from one build to the next: a registry that is written to all day."""
AFTER_FAULT: Final = 120.0
EXTRA: Final = ("numpy", "numba")

_log = structlog.stdlib.get_logger("helpdesk.packs")


class Schedule:
    """The task that keeps the packs up to date; `every` is in seconds."""

    def __init__(
        self,
        service: PackService,
        clock: Clock,
        every: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._service = service
        self._clock = clock
        self._every = every
        self._sleep = sleep

    async def run(self) -> None:
        """Go round for ever; cancel it to end it. A build that fails is tried again."""
        if not all(find_spec(name) for name in EXTRA):
            _log.warning("packs.extra")
            return
        seen: int | None = None
        while True:
            await self._sleep(LOOK)
            try:
                revision = await self._service.revision()
                if revision is not None and await self._due(revision, settled=revision == seen):
                    await self._build()
                    await self._sleep(APART)
                seen = revision
            except HelpdeskError as error:
                _log.error("packs.failed", code=error.code)
                await self._sleep(AFTER_FAULT)
            except Exception as error:  # noqa: BLE001 - the last resort: logged, and gone on
                _log.error("packs.crashed", **places(error))
                await self._sleep(AFTER_FAULT)

    async def _due(self, revision: int, *, settled: bool) -> bool:
        """Never while an import is under way, unless it takes longer than two builds lie apart."""
        try:
            published = await asyncio.to_thread(self._service.shelf.load)
        except PacksError as error:
            _log.error("packs.index", code=error.code)
            raise
        age = self._clock.now().timestamp() - published.issued_at
        if published is NOTHING:
            return settled
        return (settled and revision != published.revision) or age >= self._every

    async def _build(self) -> None:
        async with aclosing(self._service.build()) as events:
            async for event in events:
                if isinstance(event, Report):
                    _tell(event)


def _tell(report: Report) -> None:
    _log.info("packs.published", version=report.version, built=report.built, bytes=report.bytes)
    if report.unreadable:
        # The rows stay nameless in the log; the count of these lines is the alarm.
        _log.error("packs.unreadable", rows=report.unreadable)
