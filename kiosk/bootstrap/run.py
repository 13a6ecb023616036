"""`kiosk run`: the lock, the screen, and after its first paint all that stands behind it."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import AsyncExitStack, ExitStack
from functools import partial
from typing import TYPE_CHECKING

from kiosk.clock import SystemClock
from kiosk.db.ownership import Ownership
from kiosk.i18n import Catalogues
from kiosk.scanners.framing import STX, FramingRules, ScanFramer
from kiosk.scanners.shape import is_code
from tui.terminal.environment import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from kiosk.clock import Clock
    from kiosk.config import Config, ScannerSection
    from tui.kiosk.app import KioskApp
    from tui.kiosk.centre import Centre
    from tui.kiosk.ports import Ports

logger = logging.getLogger(__name__)


class _LateLog:
    """The log, opened after the first paint; a fault before that opens it for itself."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._opened = False

    async def open(self, stack: AsyncExitStack) -> None:
        """Keep the log until the stack ends."""
        opened = await asyncio.to_thread(self._entered)
        stack.push_async_callback(asyncio.to_thread, opened.close)
        self._opened = True
        logger.info("the kiosk starts")
        stack.callback(logger.info, "the kiosk ends")

    def fault(self, places: str) -> None:
        """Type and places of a fault."""
        if self._opened:
            logger.critical("fault: %s", places)
            return
        with self._entered():
            logger.critical("fault at the start: %s", places)

    def _entered(self) -> ExitStack:
        # Loading what writes the log takes as long as drawing the first screen.
        from kiosk.bootstrap.own_log import own_log

        with ExitStack() as stack:
            stack.enter_context(own_log(self._config, self._clock))
            return stack.pop_all()


def ready(config: Config, environ: MutableMapping[str, str]) -> Callable[[], int]:
    """What shows the screen until SIGTERM or a fault and gives the exit status.

    Raises:
        KioskError: the data folder is another's, or catalogues are missing.
    """
    prepare(environ)
    catalogues = Catalogues(config.kiosk.language)
    return partial(_run, config, catalogues, Ownership(config.data, config.control))


def _run(config: Config, catalogues: Catalogues, ownership: Ownership) -> int:
    try:
        return asyncio.run(_show(config, catalogues))
    finally:
        ownership.release()


async def _show(config: Config, catalogues: Catalogues) -> int:
    async with AsyncExitStack() as stack:
        app = _app(config, catalogues, stack)
        await app.run_async()
        return app.return_code or 0


def _app(config: Config, catalogues: Catalogues, stack: AsyncExitStack) -> KioskApp:
    # Only now: the environment that textual reads at its import is prepared.
    from tui.kiosk.app import KioskApp

    centre = _centre(config)
    clock = SystemClock(config.zone)
    log = _LateLog(config, clock)

    async def ports() -> Ports:
        gc.enable()
        await log.open(stack)
        # After the first paint: database, client and printer take longer to load than to draw.
        from kiosk.bootstrap.behind import open_behind

        return await open_behind(config, catalogues, app, stack)

    app = KioskApp(
        catalogues=catalogues,
        clock=clock,
        centre=centre,
        ports=ports,
        on_fault=log.fault,
        framer=ScanFramer(framing_rules(config.scanner), is_code),
        idle=config.kiosk.idle,
        language=config.kiosk.language,
        theme=config.kiosk.theme,
    )
    return app


def _centre(config: Config) -> Centre:
    from tui.kiosk.centre import Centre

    section = config.centre
    return Centre(
        name=section.name,
        name_en=section.name_en,
        hotline=section.hotline,
        hours=section.hours,
        address=section.address,
    )


def framing_rules(section: ScannerSection) -> FramingRules:
    """How the configured scanner sends."""
    return FramingRules(
        gap=section.gap_ms / 1000,
        min_length=section.min_length,
        prefix=STX if section.prefix == "stx" else b"",
    )
