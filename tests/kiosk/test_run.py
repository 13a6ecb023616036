"""The real program on a terminal, with a real server and a real (paperless) printer."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest

from kiosk.demo.terminal_program import TerminalProgram
from printers.virtual import VirtualPrinter
from tests.kiosk.faulty_server import ALIVE, GOOD, FaultyServer, faulty, http

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
NUMBER, SELLER = "24312000000266152350", "金丝雀虚构有限公司"
SCAN = f"01,32,,{NUMBER},328.98,20240901,,43C\r".encode()
ANSWER = GOOD | {
    "verdict": "match",
    "state": "normal",
    "compared": ["number", "issued_on", "amount"],
    "advice": [{"code": "compare_face", "text": ""}, {"code": "keep_slip", "text": ""}],
    "invoice": {
        "kind": "32",
        "code": "",
        "number": NUMBER,
        "issued_on": "2024-09-01",
        "net_amount": "291.14",
        "tax_amount": "37.84",
        "total_amount": "328.98",
        "check_code": "",
        "seller_tax_id": "91110108MA01G0FB09",
        "seller_name": SELLER,
    },
}
MATCH = http("200 OK", json.dumps(ANSWER).encode())


@dataclass
class Kiosk:
    terminal: TerminalProgram
    folder: Path
    printer: VirtualPrinter

    async def shows(self, text: str) -> str:
        return await asyncio.to_thread(self.terminal.wait_for, text)

    async def lacks(self, text: str) -> str:
        return await asyncio.to_thread(self.terminal.wait_gone, text)

    async def scans(self, data: bytes) -> None:
        await asyncio.to_thread(self.terminal.send, data)

    async def prints(self, count: int) -> None:
        async with asyncio.timeout(15):
            while len(self.printer.slips) < count:  # noqa: ASYNC110 - looks again
                await asyncio.sleep(0.02)

    async def asked(self, *arguments: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kiosk", *arguments),
            *("--config", str(self.folder / "config.toml")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def ends(self) -> int:
        self.terminal.signal(signal.SIGTERM)
        return await asyncio.to_thread(self.terminal.wait_end)

    def screen(self) -> psutil.Process:
        (child,) = psutil.Process(self.terminal.pid).children()
        return child


@asynccontextmanager
async def running(folder: Path, port: int) -> AsyncIterator[Kiosk]:
    printer = VirtualPrinter(dots=384, port=0, control_port=0)
    await printer.start()
    (folder / "config.toml").write_text(
        f'[kiosk]\nserver = "http://127.0.0.1:{port}"\ndata = "d"\n'
        f'[printer]\nkind = "tcp"\naddress = "127.0.0.1:{printer.port}"\n'
    )
    argv = [sys.executable, "-m", "kiosk", "run", "--config", str(folder / "config.toml")]
    start = partial(TerminalProgram, argv, cwd=ROOT, columns=100, rows=34)
    terminal = await asyncio.to_thread(start)
    try:
        yield Kiosk(terminal, folder, printer)
    finally:
        await asyncio.to_thread(terminal.close)
        await printer.stop()


def left_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_scan_verdict_slip_and_a_clean_end(tmp_path: Path) -> None:
    async with faulty(MATCH, alive=True) as server, running(tmp_path, server.port) as kiosk:
        await kiosk.shows("扫一扫")
        await kiosk.scans(SCAN)
        for part in ("A03-", "一致，发票正常", SELLER, "小票已打印"):
            await kiosk.shows(part)
        await kiosk.prints(1)
        (slip,) = kiosk.printer.slips
        found = re.search(r"A03-\d{6}-0001", slip.text)
        assert found
        assert "****2350" in slip.text

        status, out, _ = await kiosk.asked("status", "--json")
        state = json.loads(out)
        assert (status, state["running"], state["link"]) == (0, True, "online")
        assert (state["printer"], state["today"], state["kept"]) == ("ready", 1, 0)

        status, out, _ = await kiosk.asked("verify", "--json", SCAN.decode().strip())
        assert (status, json.loads(out)["record"][-4:]) == (0, "0002")
        status, out, err = await kiosk.asked("slip", "reprint", found[0])
        assert (status, err) == (0, "")
        await kiosk.prints(2)
        assert "补打" in kiosk.printer.slips[1].text

        status, _, err = await kiosk.asked("run")
        assert status == 3
        assert err.startswith("error[store.owned]")
        assert str(tmp_path / "d/control.sock") in err

        assert await kiosk.ends() == 0
        assert kiosk.terminal.echoes()
        kept = await asyncio.to_thread(left_in, tmp_path)
    for canary in (NUMBER, SELLER, "328.98", "91110108MA01G0FB09"):
        assert canary.encode() not in kept


async def test_a_killed_screen_is_back_and_its_records_too(tmp_path: Path) -> None:
    async with faulty(MATCH, alive=True) as server, running(tmp_path, server.port) as kiosk:
        await kiosk.shows("扫一扫")
        await kiosk.scans(SCAN)
        await kiosk.shows("小票已打印")
        (slip,) = kiosk.printer.slips
        screen = await asyncio.to_thread(kiosk.screen)
        screen.kill()
        await kiosk.lacks(SELLER)
        await kiosk.shows("扫一扫")
        code = code_of(slip.text)
        await kiosk.scans(code.encode() + b"\r")
        await kiosk.shows("A03-")
        await kiosk.shows(SELLER)
        assert len(kiosk.printer.slips) == 1, "looking up prints nothing"
        assert await kiosk.ends() == 0


async def test_without_a_server_the_check_is_kept_and_answered_later(tmp_path: Path) -> None:
    async with faulty(MATCH, alive=True) as server:
        port = server.port
    async with running(tmp_path, port) as kiosk:
        await kiosk.shows("扫一扫")
        await kiosk.scans(SCAN)
        await kiosk.shows("暂时无法判断")
        await kiosk.prints(1)
        (slip,) = kiosk.printer.slips
        assert "您的查验请求已保存" in "".join(slip.text.split())
        listener, server = await on_port(port)
        try:
            async with asyncio.timeout(30):
                while '"kept": 0' not in (await kiosk.asked("status", "--json"))[1]:
                    pass
            code = code_of(slip.text)
            await kiosk.scans(code.encode() + b"\r")
            await kiosk.shows("一致，发票正常")
            await kiosk.shows(SELLER)
            asked = {op_of(request) for request in server.requests if b"POST" in request}
            assert len(asked) == 1
            assert await kiosk.ends() == 0
        finally:
            listener.close()
            for writer in server.writers:
                writer.transport.abort()
            await asyncio.wait(server.tasks)


async def on_port(port: int) -> tuple[asyncio.Server, FaultyServer]:
    server = FaultyServer([MATCH], alive=True)
    return await asyncio.start_server(server.serve, "127.0.0.1", port), server


def code_of(slip: str) -> str:
    found = re.search(r"FP1:[0-9A-Z $%*+./:-]+[0-9A-Z$%*+./:-]", slip)
    assert found
    return found[0]


def op_of(request: bytes) -> bytes:
    found = re.search(rb"Idempotency-Key: (\S+)", request)
    assert found
    return found[1]


async def test_a_database_that_cannot_open_is_out_of_service_with_its_code(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/kiosk.db").write_bytes(b"not a database" * 100)
    async with faulty(ALIVE) as server, running(tmp_path, server.port) as kiosk:
        for part in ("本机暂停服务", "代号", "store.unusable"):
            await kiosk.shows(part)
        assert await kiosk.ends() == 0
    log = (tmp_path / "d/kiosk.log").read_text()
    assert "out of service: store.unusable" in log
    assert (tmp_path / "d/kiosk.log").stat().st_mode & 0o077 == 0
