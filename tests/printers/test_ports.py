"""What is particular to each way to reach a printer."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from printers.address import transport_factory
from printers.device import Printer, SendOutcome, SendResult
from printers.errors import DocumentError, PortError, StalledError
from printers.file_port import FilePort
from printers.ledger import Reason
from printers.profile import Profile
from printers.serial_port import SerialPort
from printers.status import PrinterState, PrinterStatus
from printers.tcp_port import TcpPort
from printers.usb_port import UsbPort
from tests.printers.bench import HASTY, slip
from tests.printers.carriers import FakeBackend, SerialCarrier, UsbCarrier

DEADLINE = 0.2


def test_a_network_printer_that_takes_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = TcpPort("127.0.0.1", server.getsockname()[1])
        port.open(DEADLINE)
        started = time.monotonic()
        with pytest.raises(StalledError):
            port.write(bytes(50_000_000), DEADLINE)
        assert time.monotonic() - started < 10 * DEADLINE
        port.close()


def test_a_network_printer_that_says_nothing_is_heard_out_and_no_longer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = TcpPort("127.0.0.1", server.getsockname()[1])
        port.open(DEADLINE)
        started = time.monotonic()
        assert port.query(b"\x10\x04\x01", 1, DEADLINE) == b""
        assert DEADLINE * 0.9 < time.monotonic() - started < 10 * DEADLINE
        port.close()


def answer_once(device: socket.socket) -> None:
    device.recv(8)
    device.sendall(b"\x12")


def test_what_came_before_the_question_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = TcpPort("127.0.0.1", server.getsockname()[1])
        port.open(DEADLINE)
        device, _ = server.accept()
        with device:
            device.sendall(b"late")
            assert port.query(b"", 1, DEADLINE) == b"l"
            answering = threading.Thread(target=answer_once, args=(device,))
            answering.start()
            assert port.query(b"?", 1, 5.0) == b"\x12"
            answering.join()
        port.close()


@pytest.mark.parametrize(
    "port",
    [
        TcpPort("127.0.0.1", 1),
        TcpPort("printer..local", 9100),
        SerialPort("/dev/no-such-line"),
        UsbPort(0x1234, 0x5678, FakeBackend(UsbCarrier(384).engine)),
        FilePort(Path("/dev/no-such-printer")),
        FilePort(Path("/no/such/folder/slips.bin")),
    ],
    ids=["tcp", "name", "serial", "usb", "device", "file"],
)
def test_what_is_not_there_is_said(port: TcpPort | SerialPort | UsbPort | FilePort) -> None:
    with pytest.raises(PortError) as refused:
        port.open(DEADLINE)
    assert refused.value.code == "port.closed"
    port.close()
    with pytest.raises(PortError):
        port.write(b"x", DEADLINE)


async def test_a_serial_line_is_ours_alone() -> None:
    carrier = SerialCarrier(384)
    await carrier.start()
    first, second = carrier.factory(), carrier.factory()
    await asyncio.to_thread(first.open, DEADLINE)
    with pytest.raises(PortError):
        await asyncio.to_thread(second.open, DEADLINE)
    second.close()
    await asyncio.to_thread(first.close)
    await carrier.stop()


async def test_usb_takes_the_printer_from_the_kernel_and_gives_it_back() -> None:
    carrier = UsbCarrier(384)
    await carrier.start()
    port = carrier.factory()
    await asyncio.to_thread(port.open, DEADLINE)
    assert (carrier.backend.claimed, carrier.backend.kernel_driver) == (True, False)
    await asyncio.to_thread(port.close)
    assert carrier.backend.claimed is False
    await carrier.stop()


async def test_usb_wants_a_printer() -> None:
    carrier = UsbCarrier(384)
    carrier.backend.interface_class = 8  # a disk
    port = carrier.factory()
    with pytest.raises(PortError) as refused:
        port.open(DEADLINE)
    assert refused.value.code == "port.no_printer"
    port.close()


async def test_a_file_keeps_the_bytes_and_promises_nothing(tmp_path: Path) -> None:
    path = tmp_path / "slips.bin"
    printer = Printer(transport_factory("file", str(path)), Profile(), None, HASTY)
    assert await printer.status() == PrinterStatus(PrinterState.UNKNOWN, answers=False)
    data = await printer.encode(slip("A"))
    assert await printer.send(data) == SendOutcome(SendResult.SENT)
    assert await printer.send(data) == SendOutcome(SendResult.SENT)
    await printer.close()
    assert await asyncio.to_thread(path.read_bytes) == data * 2
    assert (await asyncio.to_thread(path.stat)).st_mode & 0o777 == 0o600


async def test_a_device_file_that_takes_nothing_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    await asyncio.to_thread(os.mkfifo, path)
    reader = await asyncio.to_thread(os.open, path, os.O_RDONLY | os.O_NONBLOCK)
    printer = Printer(transport_factory("file", str(path)), Profile(), None, HASTY)
    assert await printer.send(bytes(200_000)) == SendOutcome(SendResult.DOUBTFUL, Reason.STALLED)
    os.close(reader)
    outcome = await printer.send(b"x")
    assert outcome == SendOutcome(SendResult.NOT_SENT, PrinterState.OFFLINE)
    await printer.close()


@pytest.mark.parametrize(
    ("kind", "address", "made"),
    [
        ("tcp", "10.0.0.7", TcpPort),
        ("tcp", "printer.local:9101", TcpPort),
        ("tcp", "[fe80::1]:9100", TcpPort),
        ("serial", "/dev/ttyUSB0", SerialPort),
        ("usb", "0416:5011", UsbPort),
        ("file", "/dev/usb/lp0", FilePort),
    ],
)
def test_addresses(kind: str, address: str, made: type[object]) -> None:
    assert isinstance(transport_factory(kind, address)(), made)


@pytest.mark.parametrize(
    ("kind", "address", "code"),
    [
        ("fax", "x", "address.kind"),
        ("tcp", "", "address.tcp"),
        ("tcp", "host:0", "address.tcp"),
        ("tcp", "host:65536", "address.tcp"),
        ("tcp", "a b:1", "address.tcp"),
        ("usb", "416:5011", "address.usb"),
        ("usb", "0416-5011", "address.usb"),
        ("serial", "", "address.path"),
        ("file", "", "address.path"),
    ],
)
def test_addresses_that_lead_nowhere(kind: str, address: str, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        transport_factory(kind, address)
    assert refused.value.code == code


async def test_what_talks_without_end_takes_no_slip_and_holds_up_nobody() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        with suppress(ConnectionError):  # until the other side hangs up
            while True:
                writer.write(bytes(16))
                await writer.drain()
                await asyncio.sleep(0.01)
        hung_up.set()

    hung_up = asyncio.Event()
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        printer = Printer(transport_factory("tcp", address), Profile())
        printer.distrust()
        async with asyncio.timeout(30):
            outcome = await printer.send(await printer.encode(slip("A")))
            await printer.close()
            await hung_up.wait()
    assert outcome == SendOutcome(SendResult.NOT_SENT, PrinterState.UNKNOWN)
