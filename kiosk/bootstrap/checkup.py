"""Looking at a kiosk from outside of it: asked where it runs, read where it does not.

Nothing is written and no lock is taken, so a kiosk may start at any moment meanwhile.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from kiosk.checkup.facts import Inside, Looked, Outlook, Owner, Reach
from kiosk.checkup.log_tail import closed_by
from kiosk.checkup.machine import LOG, look_at, owner_of
from kiosk.checkup.probe import reach
from kiosk.checkup.stopped import read_stopped
from kiosk.control import ask
from kiosk.errors import KioskError
from kiosk.helpdesk_client import HttpTransport
from printers.errors import DocumentError
from printers.font import find_font
from printers.glyphs import HEIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.clock import Clock
    from kiosk.config import Config

ANSWER_WITHIN: Final = 5.0
_ABSENT: Final = "control.absent"
_SILENT: Final = "control.silent"
_KEPT: Final = "store.kept"
_UNKNOWN: Final = "control.unknown"
_ASKABLE: Final = frozenset({"tcp", "serial", "usb"})


class Checkup:
    """Looks at the kiosk of one configuration."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock

    async def look(self, *, server: bool = True, devices: bool = True) -> Looked:
        """Everything that can be known now.

        Args:
            server: ask it whether it is there.
            devices: ask the printer of a kiosk that does not run.
        """
        machine = await asyncio.to_thread(look_at, self._config)
        inside, owner, error = await self._inside()
        fault = _KEPT if owner.fault else (error.code if error else None)
        asked = await self._reach() if server else None
        ask_printer = devices and inside is None and fault != _KEPT
        ask_printer = ask_printer or (devices and inside is not None and inside.live is None)
        outlook = Outlook(
            reach=asked,
            printer=await self._printer() if ask_printer else None,
            device=await asyncio.to_thread(_device, self._config.scanner.serial),
            fonts=await asyncio.to_thread(_can_draw, self._config.font),
        )
        return Looked(
            at=self._clock.now(),
            machine=machine,
            owner=owner,
            inside=inside,
            fault=fault,
            outlook=outlook,
        )

    async def inside(self) -> Inside | None:
        """What the kiosk's book says; None where there is none yet.

        Raises:
            KioskError: why it cannot be known.
        """
        inside, _, error = await self._inside()
        if error is not None and error.code == _ABSENT:
            # There is no socket, but a process: it is not true that none runs.
            raise KioskError(_SILENT) from error
        if error is not None:
            raise error
        return inside

    async def _inside(self) -> tuple[Inside | None, Owner, KioskError | None]:
        """The book, who has it, and why it cannot be known."""
        for last in (False, True):
            try:
                return await self._ask()
            except KioskError as error:
                silent = error
            if await asyncio.to_thread(_forbidden, self._config.control):
                silent = KioskError("control.forbidden")
            pid = await asyncio.to_thread(owner_of, self._config.data)
            if silent.code != _ABSENT or pid is not None:
                closed = await self._closed() if silent.code == _ABSENT else None
                return None, Owner(pid, answers=False, fault=silent.code, closed=closed), silent
            inside, unread = await self._read()
            started = await asyncio.to_thread(owner_of, self._config.data)
            if started is None or last:
                break
            # It started while its files were being read: it knows better.
        return inside, Owner(None, answers=False), unread

    async def _closed(self) -> str | None:
        """Why a kiosk without a socket is out of service: only its log can tell."""
        return await asyncio.to_thread(closed_by, self._config.data / LOG)

    async def _ask(self) -> tuple[Inside, Owner, None]:
        form = await ask(self._config.control, "inspect", {}, deadline=ANSWER_WITHIN)
        try:
            inside = Inside.model_validate(form)
        except ValidationError as error:
            raise KioskError(_UNKNOWN) from error
        return inside, Owner(inside.live.pid if inside.live else None, answers=True), None

    async def _read(self) -> tuple[Inside | None, KioskError | None]:
        try:
            return await read_stopped(self._config.data, self._clock), None
        except KioskError as error:
            return None, error

    async def _reach(self) -> Reach:
        transport = HttpTransport(self._config.kiosk.server)
        transport.open()
        try:
            return await reach(transport, self._clock)
        finally:
            await transport.close()

    async def _printer(self) -> str | None:
        section = self._config.printer
        if section.kind not in _ASKABLE or not section.status:
            return None
        # Loaded for a kiosk that stands still alone.
        from kiosk.bootstrap.paper import ask_printer

        return await ask_printer(self._config)


def _can_draw(path: Path | None) -> bool:
    """Whether there is a font; a file of somebody's choice is opened, ours is known to be one."""
    font = find_font(path)
    if font is None or path is None:
        return font is not None
    try:
        font.at(HEIGHT)
    except DocumentError:
        return False
    return True


def _forbidden(control: Path) -> bool:
    """Whether the socket is there, and not for this account."""
    return control.exists() and not os.access(control, os.W_OK)


def _device(path: str) -> str | None:
    if not path:
        return None
    if not os.path.exists(path):  # noqa: PTH110 - a device's name, as configured
        return "absent"
    return "present" if os.access(path, os.R_OK | os.W_OK) else "forbidden"
