"""What a technician has, as processes on terminals beside a real kiosk that comes and goes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kiosk.demo.terminal_program import TerminalProgram
from printers.virtual import Fault, VirtualPrinter
from tests.kiosk.faulty_server import ALIVE, FaultyServer, faulty

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
ENGLISH = {"LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}
CHINESE = {"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8"}


@dataclass
class Place:
    """A kiosk's folder, its printer and server; kiosks start and end in it."""

    folder: Path
    printer: VirtualPrinter
    server: FaultyServer
    kiosks: list[TerminalProgram] = field(default_factory=list)

    @property
    def config(self) -> list[str]:
        return ["--config", str(self.folder / "config.toml")]

    async def start(self) -> None:
        argv = [sys.executable, "-m", "kiosk", "run", *self.config]
        kiosk = await asyncio.to_thread(
            partial(TerminalProgram, argv, cwd=ROOT, columns=100, rows=34)
        )
        self.kiosks.append(kiosk)
        async with asyncio.timeout(20):
            while not (self.folder / "d/control.sock").exists():  # noqa: ASYNC110 - looks
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        await asyncio.to_thread(self.kiosks[-1].terminate)

    async def asked(self, *arguments: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk", *arguments, *self.config),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **ENGLISH, "PYTHONWARNINGS": "error"},
        )
        out, err = await process.communicate()
        assert b"Traceback" not in out + err
        return process.returncode or 0, out.decode(), err.decode()

    async def doctor(self) -> tuple[int, dict[str, dict[str, Any]]]:
        status, out, err = await self.asked("doctor", "--json")
        assert err == ""
        told = [json.loads(line) for line in out.splitlines()]
        return status, {each["code"]: each for each in told}


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    printer = VirtualPrinter(dots=384, port=0, control_port=0)
    await printer.start()
    async with faulty(ALIVE) as server:
        (folder / "config.toml").write_text(
            f'[kiosk]\nserver = "http://127.0.0.1:{server.port}"\ndata = "d"\n'
            f'[printer]\nkind = "tcp"\naddress = "127.0.0.1:{printer.port}"\n'
        )
        here = Place(folder, printer, server)
        try:
            yield here
        finally:
            for kiosk in here.kiosks:
                await asyncio.to_thread(kiosk.close)
            await printer.stop()


@asynccontextmanager
async def on_terminal(
    place: Place, *arguments: str, env: dict[str, str] | None = None
) -> AsyncIterator[TerminalProgram]:
    argv = [sys.executable, "-m", "kiosk", *arguments, *place.config]
    start = partial(TerminalProgram, argv, columns=80, rows=24, cwd=ROOT, env=env or ENGLISH)
    terminal = await asyncio.to_thread(start)
    try:
        yield terminal
    finally:
        await asyncio.to_thread(terminal.close)


async def shows(terminal: TerminalProgram, text: str) -> str:
    return await asyncio.to_thread(terminal.wait_for, text)


async def test_the_screen_outlives_the_kiosk_and_says_so(tmp_path: Path) -> None:
    async with place(tmp_path) as here, AsyncExitStack() as stack:
        await here.start()
        terminal = await stack.enter_async_context(on_terminal(here, "technician"))
        await shows(terminal, "The kiosk is running")
        await shows(terminal, "Ready")
        await here.stop()
        screen = await shows(terminal, "No kiosk answers since")
        assert "The kiosk is not running" in await shows(terminal, "is not running")
        assert "All is delivered, 0 so far" in screen
        await here.start()
        await shows(terminal, "the kiosk has started again")
        terminal.send("e")
        await shows(terminal, "打印机")
        await shows(terminal, "Q 退出")
        terminal.send("q")
        assert await asyncio.to_thread(terminal.wait_end) == 0
        assert terminal.echoes()
        assert (await here.asked("status"))[0] == 0


async def test_a_test_slip_is_printed_only_when_it_was_confirmed(tmp_path: Path) -> None:
    async with place(tmp_path) as here, AsyncExitStack() as stack:
        await here.start()
        terminal = await stack.enter_async_context(on_terminal(here, "technician"))
        await shows(terminal, "The kiosk is running")
        for leave in ("n", "\x1b"):
            terminal.send("t")
            await shows(terminal, "Print a test slip?")
            terminal.send("\r")  # Enter decides nothing
            terminal.send(leave)
            await asyncio.to_thread(terminal.wait_gone, "Print a test slip?")
        assert not here.printer.slips
        terminal.send("t")
        await shows(terminal, "Print a test slip?")
        terminal.send("y")
        await shows(terminal, "The printer has the test slip")
        assert len(here.printer.slips) == 1
        text = here.printer.slips[0].text
        assert "测试小票" in text
        assert "Test slip" in text
        terminal.send("x")
        terminal.send("\x03")
        assert await asyncio.to_thread(terminal.wait_end) == 0


async def test_the_language_is_the_terminals_but_for_the_kernels_console(tmp_path: Path) -> None:
    async with place(tmp_path) as here, AsyncExitStack() as stack:
        for env, text in ((CHINESE, "数据库"), ({**CHINESE, "TERM": "linux"}, "Database")):
            terminal = await stack.enter_async_context(on_terminal(here, "technician", env=env))
            screen = await shows(terminal, text)
            assert ("✔" in screen) == (text == "数据库")
            terminal.send("q")
            assert await asyncio.to_thread(terminal.wait_end) == 0
        assert not (tmp_path / "d").exists()


async def test_without_a_terminal_it_says_what_to_do(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        status, out, err = await here.asked("technician")
        assert (status, out) == (3, "")
        assert err.startswith("error[technician.no_terminal]: ")
        assert "ssh -t" in err


async def test_bytes_that_are_no_text_and_a_hang_up_are_survived(tmp_path: Path) -> None:
    async with place(tmp_path) as here, AsyncExitStack() as stack:
        terminal = await stack.enter_async_context(on_terminal(here, "technician"))
        await shows(terminal, "Database")
        terminal.send(b"\xd6\xd0\xff\x1b[<0;5;5M\x1b[9999999999u")
        terminal.send("l")
        await shows(terminal, "Log (the newest last)")
        await asyncio.to_thread(terminal.hang_up)
        assert await asyncio.to_thread(terminal.wait_end) in {0, -signal.SIGHUP}


async def test_doctor_beside_a_kiosk_and_without_one(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await here.start()
        async with asyncio.timeout(20):
            while "printer.ready" not in (await here.doctor())[1]:
                pass
        status, found = await here.doctor()
        assert status == 1
        assert {"process.running", "server.answers", "files.good", "config.good"} <= found.keys()
        asking = {code for code, each in found.items() if each["level"] in {"warning", "fault"}}
        assert asking == {"identity.none"}
        here.printer.fail(Fault.PAPER_OUT)
        async with asyncio.timeout(20):
            while "printer.paper_out" not in (await here.doctor())[1]:
                pass
        await here.stop()
        status, found = await here.doctor()
        assert status == 1
        # The device itself was asked.
        assert {"process.stopped", "printer.paper_out", "outbox.empty"} <= found.keys()
        here.printer.mend()
        assert "printer.ready" in (await here.doctor())[1]
        await here.printer.unplug()
        assert "printer.offline" in (await here.doctor())[1]


async def test_doctor_tells_every_problem_of_the_configuration(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        (tmp_path / "config.toml").write_text('[kiosk]\nidel = 3\nserver = "x"\n')
        status, out, err = await here.asked("doctor")
        assert (status, err) == (1, "")
        assert "kiosk.idel" in out
        assert "kiosk.server" in out
        assert "2 to deal with" in out


async def test_status_goes_on_while_the_kiosk_is_away(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk", "status", "--watch", "--json"),
            *("--seconds", "0.2", *here.config),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout
        assert not await _until(process.stdout, running=False)
        await here.start()
        assert await _until(process.stdout, running=True)
        await here.stop()
        assert not await _until(process.stdout, running=False)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0


async def _until(lines: asyncio.StreamReader, *, running: bool) -> bool:
    async with asyncio.timeout(20):
        while True:
            told = json.loads(await lines.readline())
            if bool(told["running"]) is running:
                return running


async def test_status_on_a_terminal_stays_in_its_place(tmp_path: Path) -> None:
    async with place(tmp_path) as here, AsyncExitStack() as stack:
        watch = on_terminal(here, "status", "--watch", "--seconds", "0.2")
        terminal = await stack.enter_async_context(watch)
        await shows(terminal, "Not running.")
        await here.start()
        await shows(terminal, "Running. Link:")
        screen = await shows(terminal, "Ctrl+C")  # the last line: all of it is drawn
        assert "Not running." not in screen
        assert screen.count("Ctrl+C") == 1
        assert screen.splitlines()[0].startswith("Running.")
        terminal.send("\x03")
        assert await asyncio.to_thread(terminal.wait_end) == 0
        await asyncio.to_thread(terminal.close)


@pytest.mark.parametrize(
    ("options", "code"), [("size=32m", "disk.full"), ("ro,size=1g", "disk.read_only")]
)
@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="only root can mount a disk"
)
async def test_a_disk_without_room_or_without_writing(
    tmp_path: Path, options: str, code: str
) -> None:
    async with place(tmp_path) as here:
        disk = tmp_path / "d"
        disk.mkdir()
        # In a name space of its own: the mount ends with the process.
        mount = f"mount -t tmpfs -o {options} tmpfs {disk}"
        ask = f"{sys.executable} -m kiosk doctor --json {' '.join(here.config)}"
        process = await asyncio.create_subprocess_exec(
            *("unshare", "-m", "sh", "-c", f"{mount} && exec {ask}"),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        out, _ = await process.communicate()
        assert code in [json.loads(line)["code"] for line in out.splitlines()]
        assert process.returncode == 1
