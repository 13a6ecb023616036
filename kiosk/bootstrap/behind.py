"""What stands behind the screens: opened after the first paint, closed with the app."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING

from invoices.verdict import Source, Verdict
from kiosk.bootstrap.checkup_commands import CheckupCommands
from kiosk.bootstrap.commands import Commands
from kiosk.bootstrap.core import open_core
from kiosk.bootstrap.paper import open_paper
from kiosk.bootstrap.paper_commands import PaperCommands
from kiosk.bootstrap.record_codes import SiteCodes
from kiosk.bootstrap.samples import find_page, read_sheet
from kiosk.bootstrap.screens import CheckDesk, HealthDesk, RecordDesk, ScanReader, SlipDesk
from kiosk.bootstrap.slip_desk import SignedSlipDesk
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
    from datetime import datetime

    from helpdesk.wire.topics import CentreInfo
    from invoices.check import Check
    from kiosk.bootstrap.core import Core
    from kiosk.bootstrap.paper import Paper
    from kiosk.config import Config
    from kiosk.i18n import Catalogues
    from tui.kiosk.app import KioskApp

logger = logging.getLogger(__name__)

FENCED = "kiosk.fenced"
AGAIN = 2.0
"""Seconds between two tries to open what could not be opened."""


async def open_behind(
    config: Config,
    catalogues: Catalogues,
    app: KioskApp,
    stack: AsyncExitStack,
) -> Ports:
    """Everything the screens may call, once all of it can be opened.

    Until then the kiosk is out of service: a disk gets room again, somebody mends a file.
    """
    told = ""
    while True:
        async with AsyncExitStack() as opened:
            behind = _Behind(config, catalogues, app, opened)
            try:
                ports = await behind.open()
            except KioskError as error:
                if error.code != told:
                    told = error.code
                    logger.critical("out of service: %s %s", told, dict(error.params))
                    app.fail(told)
            else:
                stack.push_async_exit(opened.pop_all())
                if told and not behind.failed:
                    logger.info("in service again")
                    app.serve()
                return ports
        await asyncio.sleep(AGAIN)


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
        self._failure = ""
        self.failed = False
        """Whether it took the kiosk out of service itself: a fence, or a part that died."""

    async def open(self) -> Ports:
        """Open all parts and set them to work."""
        core = await open_core(self._config)
        self._stack.push_async_callback(core.close)
        core.centre.listen(self._name_centre)
        slips = SlipDesk()
        paper = await open_paper(core, slips, self._catalogues)
        if paper:
            self._stack.push_async_callback(paper.close)
            self._keep("spooler", paper.spooler.ended())
            self._keep("printer", paper.watch(self._board))
        checked = partial(wake_after, core)
        await self._listen(core, paper, slips, checked)
        self._watch_link(core)
        self._keep("sync", core.sync.run())
        core.packs.listen(lambda: self._board.data(_as_of(core)))
        self._keep("packs", core.keeper.run())
        self._scan()
        return Ports(
            self._catalogues,
            core.clock,
            ScanReader(lambda: core.site.current),
            HealthDesk(self._board),
            self._app.centre,
            checks=CheckDesk(core.verification, checked),
            slips=slips if paper else None,
            records=RecordDesk(core.records, core.present_state, slips.found),
            signed_slips=SignedSlipDesk(core.trust, core.records, core.clock, slips.found),
            codes=SiteCodes(lambda: core.site.current),
            bell=self._config.kiosk.bell,
            repeat_seconds=self._config.scanner.repeat_seconds,
            samples=await asyncio.to_thread(read_sheet, self._config),
            sample_page=await asyncio.to_thread(find_page, self._config),
            oldest=lambda: core.rules().oldest(core.clock.today()),
        )

    def _name_centre(self, told: CentreInfo) -> None:
        self._app.centre = Centre(told.name, told.name_en, told.hotline, told.hours, told.address)

    def _watch_link(self, core: Core) -> None:
        def heard(link: Link) -> None:
            self._board.link(link, core.link.since)
            if link is Link.ONLINE:
                core.sync.wake()
                core.keeper.wake()
            if link is Link.FENCED:
                self._fail(FENCED)
            elif self._failure == FENCED:
                # It was enrolled anew while it ran.
                self._serve_again()

        core.link.listen(heard)
        if core.link.state is not Link.UNKNOWN:
            heard(core.link.state)
        self._keep("link", keep_probing(core.calls, core.link, asyncio.sleep))

    async def _listen(
        self,
        core: Core,
        paper: Paper | None,
        slips: SlipDesk,
        checked: Callable[[Check], None],
    ) -> None:
        printing = paper.printing if paper else None
        tables = (
            Commands(core, self._catalogues, self._board, printing, checked).table,
            CheckupCommands(core, self._board, core.clock.now()).table,
            PaperCommands(core, self._catalogues, slips, paper).table,
        )
        handlers = {name: once(answer) for table in tables for name, answer in table.items()}
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
        self._fail(f"part.{task.get_name()}")

    def _fail(self, code: str) -> None:
        self.failed = True
        self._failure = self._failure or code
        self._app.fail(code)

    def _serve_again(self) -> None:
        self.failed = False
        self._failure = ""
        self._app.serve()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


def _as_of(core: Core) -> datetime | None:
    packs = core.packs.current
    return None if packs is None else packs.manifest.as_of


def wake_after(core: Core, check: Check) -> None:
    """Begin a round of sync where somebody waits for what the server makes of a check."""
    outcome = check.outcome
    waits = outcome.verdict is Verdict.UNAVAILABLE or outcome.source is Source.PACK
    # With a site, somebody may open the record on a phone as soon as the code is on the screen.
    if waits or core.site.current is not None:
        core.sync.wake()


def _first(config: Config) -> Surroundings:
    """What can be said before anything was heard."""
    scanner = "unknown" if config.scanner.keyboard else "none"
    return Surroundings(
        printer="none" if config.printer.kind == "none" else "unknown",
        scanner="unknown" if config.scanner.serial else scanner,
    )
