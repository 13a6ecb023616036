"""What stands behind the screens: opened after the first paint, closed with the app."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from invoices.verdict import Verdict
from kiosk.bootstrap.commands import Commands
from kiosk.bootstrap.core import open_core
from kiosk.bootstrap.paper import open_paper
from kiosk.bootstrap.samples import read_sheet
from kiosk.bootstrap.screens import CheckDesk, HealthDesk, RecordDesk, ScanReader, SlipDesk
from kiosk.clock import SystemClock
from kiosk.control import once, serving
from kiosk.errors import KioskError
from kiosk.link import Link, keep_probing
from kiosk.scanners.serial import SerialScanner
from kiosk.status import StatusBoard, Surroundings
from tui.kiosk.centre import Centre
from tui.kiosk.hardened import fault_places
from tui.kiosk.ports import Ports

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AsyncExitStack

    from invoices.check import Check
    from kiosk.bootstrap.core import Core
    from kiosk.bootstrap.paper import Paper
    from kiosk.config import Config
    from kiosk.i18n import Catalogues
    from tui.kiosk.app import KioskApp

logger = logging.getLogger(__name__)


async def open_behind(
    config: Config,
    catalogues: Catalogues,
    centre: Centre,
    app: KioskApp,
    stack: AsyncExitStack,
) -> Ports:
    """Everything the screens may call. What cannot be opened puts the kiosk out of service."""
    behind = _Behind(config, catalogues, app, stack)
    try:
        return await behind.open(centre)
    except KioskError as error:
        logger.critical("out of service: %s %s", error.code, dict(error.params))
        app.fail(error.code)
        return behind.bare(centre)


class _Behind:
    """The parts behind one app; `stack` closes them, the last opened first."""

    def __init__(
        self, config: Config, catalogues: Catalogues, app: KioskApp, stack: AsyncExitStack
    ) -> None:
        self._config = config
        self._catalogues = catalogues
        self._app = app
        self._stack = stack
        self._board = StatusBoard(_first(config))

    def bare(self, centre: Centre) -> Ports:
        """Ports that lead nowhere."""
        clock = SystemClock(self._config.zone)
        return Ports(self._catalogues, clock, ScanReader(), HealthDesk(self._board), centre)

    async def open(self, centre: Centre) -> Ports:
        """Open all parts and set them to work."""
        core = await open_core(self._config)
        self._stack.push_async_callback(core.close)
        slips = SlipDesk()
        paper = await open_paper(core, slips, self._catalogues)
        if paper:
            self._stack.push_async_callback(paper.close)
            self._keep("printer", paper.watch(self._board))
        checked = partial(_wake_for_kept, core)
        await self._listen(core, paper, checked)
        self._watch_link(core)
        self._keep("redelivery", core.redelivery.run())
        self._scan()
        return replace(
            self.bare(centre),
            checks=CheckDesk(core.verification, checked),
            slips=slips if paper else None,
            records=RecordDesk(core.records),
            samples=await asyncio.to_thread(read_sheet, self._config),
        )

    def _watch_link(self, core: Core) -> None:
        def heard(link: Link) -> None:
            self._board.link(link, core.link.since)
            if link is Link.ONLINE:
                core.redelivery.wake()

        core.link.listen(heard)
        self._keep("link", keep_probing(core.client.probe, core.link, asyncio.sleep))

    async def _listen(
        self, core: Core, paper: Paper | None, checked: Callable[[Check], None]
    ) -> None:
        printing = paper.printing if paper else None
        commands = Commands(core, self._catalogues, self._board, printing, checked)
        handlers = {name: once(answer) for name, answer in commands.table.items()}
        try:
            await self._stack.enter_async_context(serving(self._config.control, handlers))
        except KioskError as error:
            # Visitors can be served without it; staff will find it in the log.
            logger.error("no control socket: %s", error.code)  # noqa: TRY400 - coded

    def _scan(self) -> None:
        section = self._config.scanner
        if not section.serial:
            return
        scanner = SerialScanner(
            section.serial,
            section.baud,
            on_scan=lambda data, _: self._app.receive_scan(data),
            on_state=lambda state: self._board.scanner(state.value),
        )
        self._keep("scanner", scanner.run())

    def _keep(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Run it beside the screens; a part that dies puts the kiosk out of service."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._stack.push_async_callback(_end, task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        logger.critical("%s died: %s", task.get_name(), fault_places(error))
        self._app.fail(f"part.{task.get_name()}")


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


def _wake_for_kept(core: Core, check: Check) -> None:
    if check.outcome.verdict is Verdict.UNAVAILABLE:
        core.redelivery.wake()


def _first(config: Config) -> Surroundings:
    """What can be said before anything was heard."""
    scanner = "unknown" if config.scanner.keyboard else "none"
    return Surroundings(
        printer="none" if config.printer.kind == "none" else "unknown",
        scanner="lost" if config.scanner.serial else scanner,
    )
