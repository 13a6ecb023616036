"""The serial scanner on a real pseudo-terminal: the master is the device, closing it the unplug."""

from __future__ import annotations

import asyncio
import os
import termios
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from kiosk.scanners.decoding import LIMIT
from kiosk.scanners.lines import CodeLines
from kiosk.scanners.serial import ScannerState, SerialScanner

READY, LOST = ScannerState.READY, ScannerState.LOST


class Device:
    """A plug-in scanner: a pseudo-terminal behind a link, as udev makes one."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master = -1

    def plug(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        self._link.symlink_to(os.ttyname(slave))
        os.close(slave)

    def scan(self, data: bytes) -> None:
        os.write(self._master, data)

    def unlink(self) -> None:
        self._link.unlink()

    def unplug(self) -> None:
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        with suppress(FileNotFoundError):
            self._link.unlink()


class Heard:
    def __init__(self) -> None:
        self.scans: list[bytes] = []
        self.states: list[ScannerState] = []
        self._changed = asyncio.Event()

    def scan(self, data: bytes, at: float) -> None:
        assert at <= asyncio.get_running_loop().time()
        self.scans.append(data)
        self._changed.set()

    def state(self, state: ScannerState) -> None:
        self.states.append(state)
        self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path / "scanner")
    yield device
    device.unplug()


@asynccontextmanager
async def reading(tmp_path: Path) -> AsyncIterator[Heard]:
    heard = Heard()
    scanner = SerialScanner(
        str(tmp_path / "scanner"), 9600, on_scan=heard.scan, on_state=heard.state
    )
    task = asyncio.create_task(scanner.run())
    try:
        yield heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_hundred_codes_in_order(tmp_path: Path, device: Device) -> None:
    await asyncio.to_thread(device.plug)
    sent = [b"01,32,,%020d,1.00" % number for number in range(100)]
    async with reading(tmp_path) as heard:
        await heard.until(lambda: heard.states == [READY])
        for code in sent:
            device.scan(code + b"\r\n")
        await heard.until(lambda: len(heard.scans) >= 100)
        assert heard.scans == sent


async def test_unplug_and_replug_are_each_said_once(tmp_path: Path, device: Device) -> None:
    async with reading(tmp_path) as heard:
        await heard.until(lambda: heard.states == [LOST])
        await asyncio.to_thread(device.plug)
        await heard.until(lambda: heard.states == [LOST, READY])
        device.scan(b"half a co")
        await asyncio.to_thread(device.unplug)
        await heard.until(lambda: heard.states == [LOST, READY, LOST])
        await asyncio.to_thread(device.plug)
        await heard.until(lambda: heard.states == [LOST, READY, LOST, READY])
        device.scan(b"\x02whole\x03")
        await heard.until(lambda: b"whole" in heard.scans)
        assert all(scan in {b"half a co", b"whole"} for scan in heard.scans)


@pytest.mark.parametrize("fault", [termios.error(5, "gone"), ValueError("speed")])
async def test_a_device_that_goes_while_it_is_opened_is_tried_again(
    tmp_path: Path, device: Device, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(device.plug)
    left = [fault]
    set_up = termios.tcsetattr

    def failing(fd: int, when: int, attributes: list[Any]) -> None:
        if left:
            raise left.pop()
        set_up(fd, when, attributes)

    monkeypatch.setattr(termios, "tcsetattr", failing)
    async with reading(tmp_path) as heard:
        await heard.until(lambda: heard.states == [LOST, READY])


async def test_a_name_that_vanishes_is_an_unplug(tmp_path: Path, device: Device) -> None:
    await asyncio.to_thread(device.plug)
    async with reading(tmp_path) as heard:
        await heard.until(lambda: heard.states == [READY])
        await asyncio.to_thread(device.unlink)
        await heard.until(lambda: heard.states == [READY, LOST])


async def test_a_code_without_terminator_ends_by_silence(tmp_path: Path, device: Device) -> None:
    await asyncio.to_thread(device.plug)
    async with reading(tmp_path) as heard:
        await heard.until(lambda: heard.states == [READY])
        device.scan(b"01,32")
        await heard.until(lambda: heard.scans == [b"01,32"])


async def test_a_second_reader_is_kept_out(tmp_path: Path, device: Device) -> None:
    await asyncio.to_thread(device.plug)
    async with reading(tmp_path) as first:
        await first.until(lambda: first.states == [READY])
        async with reading(tmp_path) as second:
            await second.until(lambda: second.states == [LOST])
            device.scan(b"mine\r")
            await first.until(lambda: first.scans == [b"mine"])


def test_lines_are_bounded_and_never_empty() -> None:
    lines = CodeLines()
    assert lines.feed(b"\r\n\x02\x03\t") == []
    assert lines.feed(b"x" * 5000) == []
    assert lines.feed(b"\rab\n") == [b"x" * (LIMIT + 1), b"ab"]
    assert not lines.pending
