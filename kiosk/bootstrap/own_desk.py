"""A kiosk without a screen, opened for one command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiosk.bootstrap.commands import Commands
from kiosk.bootstrap.core import Core, open_core
from kiosk.bootstrap.own_log import own_log
from kiosk.clock import SystemClock
from kiosk.i18n import Catalogues

if TYPE_CHECKING:
    from kiosk.config import Config

PRINT_PATIENCE = 20.0
"""Seconds in which a slip should be on paper."""


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """The commands of a kiosk that nobody else runs."""

    core: Core
    catalogues: Catalogues
    language: str

    async def verify(self, payload: bytes, *, offline: bool = False) -> dict[str, Any]:
        """Check one code's text as scanned."""
        params = {"payload": payload.hex(), "language": self.language, "offline": offline}
        return await Commands(self.core, self.catalogues).verify(params)

    async def status(self) -> dict[str, Any]:
        """How the kiosk is: not running, but its book can be read."""
        return await Commands(self.core, self.catalogues).status({})

    async def ask(
        self, command: str, params: Mapping[str, Any], deadline: float = 0.0
    ) -> dict[str, Any]:
        """The answer of any other command; it has all the time it needs."""
        del deadline
        asked = {"language": self.language, **params}
        return await Commands(self.core, self.catalogues).table[command](asked)

    async def reprint(self, record: str) -> str:
        """Print a slip once more, and stay until it is on paper or will not be."""
        # The printer's parts are loaded for this command alone.
        from kiosk.bootstrap.paper import open_paper
        from kiosk.bootstrap.screens import SlipDesk
        from tui.kiosk.ports import SlipShown, SlipState

        ended = asyncio.Event()
        slips = SlipDesk()

        def heard(shown: SlipShown) -> None:
            if shown.state in {SlipState.PRINTED, SlipState.DOUBTFUL, SlipState.FAILED}:
                ended.set()

        slips.watch(record, heard)
        async with AsyncExitStack() as stack:
            paper = await open_paper(self.core, slips, self.catalogues)
            if paper:
                stack.push_async_callback(paper.close)
            commands = Commands(
                self.core, self.catalogues, printing=paper.printing if paper else None
            )
            job = await commands.reprint({"record": record})
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), PRINT_PATIENCE)
        return str(job["job"])


@asynccontextmanager
async def open_own_desk(config: Config, language: str) -> AsyncIterator[OwnDesk]:
    """Open database and client; the caller holds the data folder's `Ownership`."""
    catalogues = await asyncio.to_thread(Catalogues, config.kiosk.language)
    with own_log(config, SystemClock(config.zone)):
        core = await open_core(config)
        try:
            yield OwnDesk(core, catalogues, language)
        finally:
            await core.close()
