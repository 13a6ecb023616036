"""The printer of the configuration, its spooler, and the eye on its state."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from kiosk.errors import KioskError
from kiosk.printing import Printing
from kiosk.slip import SlipWriter
from kiosk.trust.slip_codes import SlipCodes
from printers.address import transport_factory
from printers.device import Deadlines, Printer
from printers.errors import DocumentError, LedgerError
from printers.font import find_font
from printers.profile import Profile
from printers.serial_port import Flow
from printers.spooler import JobChange, Spooler

if TYPE_CHECKING:
    from kiosk.bootstrap.core import Core
    from kiosk.bootstrap.screens import SlipDesk
    from kiosk.config import Config
    from kiosk.i18n import Catalogues
    from kiosk.status import StatusBoard

LOOK = 5.0
"""Seconds between two looks at the printer."""
_LEADING, _OTHER = "zh_CN", "en"


@dataclass(frozen=True, slots=True)
class Paper:
    """A printer at work."""

    printer: Printer
    spooler: Spooler
    printing: Printing

    async def watch(self, board: StatusBoard) -> None:
        """Keep the board's word on the printer true; cancel it to end it."""
        while True:
            status = await self.printer.status()
            board.printer(status.state.value if status.answers else "unknown")
            await asyncio.sleep(LOOK)

    async def close(self) -> None:
        """A slip on its way gets a moment; the printer is let go."""
        await self.spooler.close()


async def open_paper(core: Core, desk: SlipDesk, catalogues: Catalogues) -> Paper | None:
    """The printer at work; `None` where there is none.

    Raises:
        KioskError: the address makes no sense, or the ledger cannot be read.
    """
    section = core.config.printer
    if section.kind == "none":
        return None
    try:
        printer = await asyncio.to_thread(printer_of, core.config)
    except DocumentError as error:
        raise KioskError(error.code, error.params) from error
    ledger = core.database.slips
    spooler = Spooler(printer, ledger, core.clock, partial(_tell, desk))
    try:
        await spooler.start()
    except LedgerError as error:
        await spooler.close()
        raise KioskError(error.code, error.params) from error
    writer = SlipWriter(
        lambda: core.centre.now,
        core.clock,
        catalogues.translator(_LEADING),
        catalogues.translator(_OTHER),
        SlipCodes(
            core.issuer,
            core.config.kiosk.prefix,
            core.clock,
            timedelta(days=core.config.kiosk.slip_days),
            lambda: core.site.current,
        ),
    )
    book = core.database.checks
    printing = Printing(spooler, ledger, book, writer, core.clock, section.expire)
    desk.attach(printing)
    return Paper(printer, spooler, printing)


async def ask_printer(config: Config) -> str:
    """How the printer says it is; nothing is printed."""
    try:
        printer = await asyncio.to_thread(printer_of, config)
    except DocumentError:
        return "unknown"
    try:
        return (await printer.status()).state.value
    finally:
        await printer.close()


def _tell(desk: SlipDesk, change: JobChange) -> None:
    desk.heard(change.job_id, change.state, change.reason)


def printer_of(config: Config) -> Printer:
    """The printer as configured; nothing is opened. Looks at the disk for its font.

    Raises:
        DocumentError: an address or a paper that makes no sense.
    """
    section = config.printer
    factory = transport_factory(
        section.kind, section.address, baud=section.baud, flow=cast(Flow, section.flow)
    )
    profile = Profile(
        columns=section.columns,
        text=cast(Literal["gb18030", "raster"], section.text),
        qr=cast(Literal["native", "image"], section.qr),
        status=section.status,
    )
    deadlines = Deadlines(open=section.deadline, reply=section.deadline, write=section.deadline)
    return Printer(factory, profile, find_font(config.font), deadlines)
