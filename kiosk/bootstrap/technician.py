"""`kiosk technician`: the screen over a check-up, beside the kiosk and never in its way."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

from kiosk.bootstrap.checkup import Checkup
from kiosk.clock import SystemClock
from kiosk.complaints import complain
from kiosk.errors import KioskError
from kiosk.i18n import Catalogues
from tui.terminal.environment import prepare

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from kiosk.config import Config

DOMAINS: Final = ("kiosk", "tui", "technician")
BARE_TERMINALS: Final = ("linux", "vt", "dumb", "ansi")
"""Beginnings of the names of terminals whose fonts have no Chinese and few signs."""


def run_technician(config: Config, language: str, environ: MutableMapping[str, str]) -> int:
    """Show it until it is left; the exit status.

    Raises:
        KioskError: `technician.no_terminal`, or catalogues are missing.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise KioskError("technician.no_terminal")
    prepare(environ)
    plain = environ.get("TERM", "dumb").startswith(BARE_TERMINALS)
    first = "en" if plain else language
    who = environ.get("SUDO_USER") or environ.get("USER") or str(os.getuid())
    return asyncio.run(_show(config, first, who, plain=plain))


async def _show(config: Config, language: str, who: str, *, plain: bool) -> int:
    # Only now: the environment that textual reads at its import is prepared.
    from kiosk.bootstrap.technician_desk import TechnicianDesk
    from tui.technician.app import TechnicianApp
    from tui.terminal.driver import KioskDriver

    clock = SystemClock(config.zone)
    catalogues = await asyncio.to_thread(Catalogues, language, DOMAINS)
    faults: list[str] = []
    app = TechnicianApp(
        kiosk=TechnicianDesk(config, clock, Checkup(config, clock), catalogues, who),
        catalogues=catalogues,
        clock=clock,
        language=language,
        on_fault=faults.append,
        plain=plain,
        driver_class=KioskDriver,
    )
    await app.run_async()
    for places in faults:
        complain(catalogues.translator(language), "cli.bug", {"type": places.partition(" ")[0]})
    return app.return_code or 0
