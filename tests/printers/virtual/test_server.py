"""The virtual printer as a process and over its ports."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from printers.encode import encode
from printers.profile import Profile
from printers.virtual import Fault, VirtualPrinter
from tests.printers.bench import FONT, eventually, slip

SLIP = encode(slip("A"), Profile(), FONT)


class Operator:
    """Someone at the control port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, port: int | None) -> Operator:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def say(self, line: bytes) -> Any:
        self.writer.write(line + b"\n")
        return json.loads(await asyncio.wait_for(self.reader.readline(), 10))

    async def order(self, command: str, **arguments: int) -> Any:
        return await self.say(json.dumps({"command": command, **arguments}).encode())

    async def leave(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def test_faults_by_command(tmp_path: Path) -> None:
    printer = VirtualPrinter(control_port=0, font=FONT, out=tmp_path)
    await printer.start()
    operator = await Operator.at(printer.control_port)
    for fault in Fault:
        assert await operator.order(fault) == {"ok": True}
        assert printer.faults == {fault}
        assert await operator.order("state") == {"ok": True, "faults": [fault], "waiting": 0}
        assert await operator.order("ok") == {"ok": True}
        assert printer.faults == frozenset()
    await operator.leave()
    await printer.stop()


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"nonsense", "request"), (b"[]", "request"), (b"{}", "request"), (b"\xff", "request"),
        (b'{"command": "explode"}', "command"), (b'{"command": []}', "request"),
        (b'{"command": "slow", "rate": "x"}', "request"),
        (b'{"command": "slow", "rate": 0}', "request"),
    ],
)  # fmt: skip
async def test_orders_that_make_no_sense(line: bytes, error: str) -> None:
    printer = VirtualPrinter(control_port=0)
    await printer.start()
    operator = await Operator.at(printer.control_port)
    assert await operator.say(line) == {"ok": False, "error": error}
    assert (await operator.order("state"))["ok"]
    await operator.leave()
    await printer.stop()


async def test_slips_as_text_and_files(tmp_path: Path) -> None:
    printer = VirtualPrinter(control_port=0, font=FONT, out=tmp_path)
    await printer.start()
    _, writer = await asyncio.open_connection("127.0.0.1", printer.port)
    writer.write(SLIP * 2)
    await eventually(lambda: len(printer.slips) == 2)
    operator = await Operator.at(printer.control_port)
    answer = await operator.order("slips")
    assert [paper["number"] for paper in answer["slips"]] == [1, 2]
    assert "一致，发票正常" in answer["slips"][0]["text"]
    files = await asyncio.to_thread(lambda: sorted(path.name for path in tmp_path.iterdir()))
    assert files == ["slip-0001.png", "slip-0001.txt", "slip-0002.png", "slip-0002.txt"]
    head = await asyncio.to_thread(lambda: Path(answer["slips"][1]["png"]).read_bytes()[:4])
    assert head == b"\x89PNG"
    writer.close()
    await operator.leave()
    await printer.stop()


async def test_unplugged_and_plugged_on_the_same_port() -> None:
    printer = VirtualPrinter(control_port=0)
    await printer.start()
    operator = await Operator.at(printer.control_port)
    reader, writer = await asyncio.open_connection("127.0.0.1", printer.port)
    await operator.order("unplug")
    with pytest.raises(OSError):  # noqa: PT011 -- whichever way the connection breaks
        raise OSError if await reader.read() == b"" else AssertionError
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", printer.port)
    await operator.order("ok")
    _, writer = await asyncio.open_connection("127.0.0.1", printer.port)
    writer.close()
    await operator.leave()
    await printer.stop()


@pytest.mark.e2e
async def test_the_command(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "printers.virtual", "--port", "0", "--control", "0",
        "--dots", "576", "--out", str(tmp_path / "slips"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    said = json.loads(await asyncio.wait_for(child.stdout.readline(), 30))
    _, writer = await asyncio.open_connection("127.0.0.1", said["port"])
    writer.write(SLIP)
    operator = await Operator.at(said["control"])
    ends = asyncio.get_running_loop().time() + 10
    while not (paper := (await operator.order("slips"))["slips"]):
        assert asyncio.get_running_loop().time() < ends
    assert "YPR:A" in paper[0]["text"]
    assert Path(paper[0]["png"]).parent == tmp_path / "slips"
    writer.close()
    await operator.leave()
    child.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(child.wait(), 10) == 0
