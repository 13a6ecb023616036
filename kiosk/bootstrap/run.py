"""`kiosk run`: the lock, the screen, and after its first paint all that stands behind it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from kiosk.bootstrap.own_log import own_log
from kiosk.clock import SystemClock
from kiosk.db.ownership import Ownership
from kiosk.i18n import Catalogues
from kiosk.scanners.framing import STX, FramingRules, ScanFramer
from kiosk.scanners.shape import is_code
from tui.terminal.environment import prepare

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from kiosk.config import Config, ScannerSection
    from tui.kiosk.app import KioskApp

logger = logging.getLogger(__name__)

STARTED, STOPPED = "the kiosk starts", "the kiosk ends"


def run(config: Config, environ: MutableMapping[str, str]) -> int:
    """Run until SIGTERM or a fault; the exit status.

    Raises:
        KioskError: the data folder is another's, or catalogues are missing.
    """
    prepare(environ)
    ownership = Ownership(config.data, config.control)
    try:
        with own_log(config, SystemClock(config.zone)):
            logger.info(STARTED)
            status = asyncio.run(_show(config, Catalogues(config.kiosk.language)))
            logger.info(STOPPED)
            return status
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
    from tui.kiosk.ports import Centre, Ports

    section = config.centre
    centre = Centre(
        name=section.name,
        name_en=section.name_en,
        hotline=section.hotline,
        hours=section.hours,
        address=section.address,
    )
    clock = SystemClock(config.zone)

    async def ports() -> Ports:
        # After the first paint: database, client and printer take longer to load than to draw.
        from kiosk.bootstrap.behind import open_behind

        return await open_behind(config, catalogues, centre, app, stack)

    app = KioskApp(
        catalogues=catalogues,
        clock=clock,
        centre=centre,
        ports=ports,
        on_fault=_log_fault,
        framer=ScanFramer(framing_rules(config.scanner), is_code),
        idle=config.kiosk.idle,
        language=config.kiosk.language,
        theme=config.kiosk.theme,
    )
    return app


def framing_rules(section: ScannerSection) -> FramingRules:
    """How the configured scanner sends."""
    return FramingRules(
        gap=section.gap_ms / 1000,
        min_length=section.min_length,
        prefix=STX if section.prefix == "stx" else b"",
    )


def _log_fault(places: str) -> None:
    logger.critical("fault: %s", places)
