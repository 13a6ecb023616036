"""A scanner on a serial line, read on the event loop, reopened whenever it comes back."""

from __future__ import annotations

import asyncio
import os
import termios
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import serial

from kiosk.scanners.lines import CodeLines

ScanBytes = Callable[[bytes, float], None]
"""Hears one whole scan and the loop's time (monotonic seconds) of its last byte."""

_REOPEN_AFTER: Final = 0.25
"""Seconds between attempts while the device is away."""
_LOOK_EVERY: Final = 0.5
"""Seconds between looks at the device's name: some drivers never report an unplug by a read."""
_SILENCE: Final = 0.2
"""Seconds without a byte that end a code of a scanner programmed without terminator."""
_READ: Final = 4096
_CLOSED: Final = (OSError, termios.error, ValueError)
"""What opening meets: no device, one that goes while its line is set up, a speed it cannot do."""


class ScannerState(StrEnum):
    """What is known of the device."""

    READY = "ready"
    LOST = "lost"


class SerialScanner:
    """Owns one device for as long as `run` runs.

    Args:
        device: its path; on a real machine one of `/dev/serial/by-id/`.
        baud: bits a second.
        on_scan: hears each code, on the loop.
        on_state: hears `READY` and `LOST`, each once per change, on the loop; `LOST` also
            when the device is not there at the start.
    """

    def __init__(
        self,
        device: str,
        baud: int,
        *,
        on_scan: ScanBytes,
        on_state: Callable[[ScannerState], None],
    ) -> None:
        self._device = device
        self._baud = baud
        self._on_scan = on_scan
        self._on_state = on_state
        self._state: ScannerState | None = None

    async def run(self) -> None:
        """Reads until cancelled; the device is closed when this returns."""
        while True:
            port = await self._open()
            if port is None:
                self._say(ScannerState.LOST)
                await asyncio.sleep(_REOPEN_AFTER)
                continue
            try:
                self._say(ScannerState.READY)
                await self._read_until_gone(port.fileno())
            finally:
                port.close()
            self._say(ScannerState.LOST)

    def _say(self, state: ScannerState) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(state)

    async def _open(self) -> serial.Serial | None:
        """The open port, or `None`; opening may block, so it happens in a thread."""
        opening = asyncio.get_running_loop().run_in_executor(None, self._open_now)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            port = await opening
            if port is not None:
                port.close()
            raise

    def _open_now(self) -> serial.Serial | None:
        try:
            return serial.Serial(self._device, self._baud, timeout=0, exclusive=True)
        except _CLOSED:  # the reason changes nothing: try again
            return None

    async def _read_until_gone(self, fd: int) -> None:
        reading = _Reading(fd, self._on_scan)
        opened = _identity(fd)
        try:
            while not await reading.gone(_LOOK_EVERY):
                # Another device may stand behind the same name by now, or none.
                if await asyncio.to_thread(_identity, self._device) != opened:
                    return
        finally:
            reading.close()


class _Reading:
    """The reader callback of one open port. Half a code from before an unplug is forgotten."""

    def __init__(self, fd: int, on_scan: ScanBytes) -> None:
        self._fd = fd
        self._on_scan = on_scan
        self._loop = asyncio.get_running_loop()
        self._lines = CodeLines()
        self._gone = asyncio.Event()
        self._silence: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._loop.add_reader(fd, self._readable)

    async def gone(self, within: float) -> bool:
        """Whether the device went away, waiting for it so many seconds."""
        try:
            async with asyncio.timeout(within):
                await self._gone.wait()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Reads no more."""
        self._loop.remove_reader(self._fd)
        if self._silence is not None:
            self._silence.cancel()

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            self._gone.set()
            return
        self._last = self._loop.time()
        self._scan(self._lines.feed(data))
        if self._silence is not None:
            self._silence.cancel()
        if self._lines.pending:
            self._silence = self._loop.call_later(_SILENCE, self._quiet)

    def _quiet(self) -> None:
        self._scan(self._lines.flush())

    def _scan(self, codes: list[bytes]) -> None:
        for code in codes:
            self._on_scan(code, self._last)


def _identity(device: str | int) -> tuple[int, int] | None:
    """What a name, or an open descriptor, stands for; `None` where it is gone."""
    try:
        status = os.fstat(device) if isinstance(device, int) else os.stat(device)  # noqa: PTH116
    except OSError:
        return None
    return status.st_rdev, status.st_ino
