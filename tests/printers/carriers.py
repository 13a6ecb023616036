"""How a test reaches the virtual printer: over TCP, a serial line, USB."""

from __future__ import annotations

import asyncio
import errno
import os
import queue
import tempfile
import tty
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import usb.backend
import usb.core

from printers.port import TransportFactory
from printers.serial_port import SerialPort
from printers.tcp_port import TcpPort
from printers.usb_port import UsbPort
from printers.virtual import Fault, VirtualPrinter
from printers.virtual.engine import Engine


class Carrier(Protocol):
    """A virtual printer with the plug that one kind of port fits."""

    @property
    def engine(self) -> Engine: ...

    @property
    def factory(self) -> TransportFactory: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def unplug(self) -> None: ...

    async def plug(self) -> None: ...


class TcpCarrier:
    def __init__(self, dots: int) -> None:
        self.engine: Engine = VirtualPrinter(dots=dots)

    @property
    def _printer(self) -> VirtualPrinter:
        assert isinstance(self.engine, VirtualPrinter)
        return self.engine

    @property
    def factory(self) -> TransportFactory:
        return lambda: TcpPort("127.0.0.1", self._printer.port)

    async def start(self) -> None:
        await self.engine.start()

    async def stop(self) -> None:
        await self.engine.stop()

    async def unplug(self) -> None:
        await self._printer.unplug()

    async def plug(self) -> None:
        await self._printer.plug()


class SerialCarrier:
    """A pseudo-terminal; a stuck printer really stops taking bytes here.

    The line has a name that survives replugging, as `/dev/serial/by-id` gives one.
    """

    def __init__(self, dots: int) -> None:
        self.engine = Engine(dots=dots)
        self._folder = tempfile.TemporaryDirectory(prefix="yanpiao-line-")
        self._name = Path(self._folder.name) / "printer"
        self._ends: tuple[int, int] | None = None

    @property
    def factory(self) -> TransportFactory:
        return partial(SerialPort, str(self._name))

    async def start(self) -> None:
        await self.engine.start()
        await self.plug()

    async def stop(self) -> None:
        await self.unplug()
        await self.engine.stop()
        self._folder.cleanup()

    async def plug(self) -> None:
        if self._ends is not None:
            return
        master, slave = os.openpty()
        tty.setraw(master)
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._name.symlink_to(os.ttyname(slave))
        self._ends = (master, slave)
        asyncio.get_running_loop().add_reader(master, self._arrived, master)
        self.engine.connect(partial(_say, master))

    async def unplug(self) -> None:
        self._cut()

    def _cut(self) -> None:
        if self._ends is None:
            return
        self._name.unlink()
        asyncio.get_running_loop().remove_reader(self._ends[0])
        self.engine.connect(lambda _: None)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def _arrived(self, master: int) -> None:
        if Fault.STUCK in self.engine.faults:
            asyncio.get_running_loop().remove_reader(master)
        elif not self.engine.deliver(os.read(master, 4096)):
            self._cut()


def _say(master: int, data: bytes) -> None:
    os.write(master, data)


class UsbCarrier:
    """A libusb backend with one printer on it, as pyusb sees it."""

    VENDOR, PRODUCT = 0x0416, 0x5011

    def __init__(self, dots: int) -> None:
        self.engine = Engine(dots=dots)
        self.backend = FakeBackend(self.engine)

    @property
    def factory(self) -> TransportFactory:
        return partial(UsbPort, self.VENDOR, self.PRODUCT, self.backend)

    async def start(self) -> None:
        await self.engine.start()
        self.backend.loop = asyncio.get_running_loop()
        self.engine.connect(self.backend.replies.put)

    async def stop(self) -> None:
        await self.engine.stop()

    async def unplug(self) -> None:
        self.backend.plugged = False

    async def plug(self) -> None:
        self.backend.plugged = True


class FakeBackend(usb.backend.IBackend):  # type: ignore[misc]  # pyusb ships no types
    """Descriptors of a plain printer; bulk transfers go to and from an engine."""

    OUT, IN, PACKET = 0x01, 0x82, 64

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        self.loop: asyncio.AbstractEventLoop | None = None
        self.replies: queue.Queue[bytes] = queue.Queue()
        self.plugged = True
        self.kernel_driver = True
        self.interface_class = 7
        self.claimed = False

    def enumerate_devices(self) -> list[str]:
        return ["printer"] if self.plugged else []

    def get_device_descriptor(self, device: str) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=UsbCarrier.VENDOR,
            idProduct=UsbCarrier.PRODUCT, bcdDevice=1, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=1, bus=1, port_number=1,
            port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, device: str, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1,
            bConfigurationValue=1, iConfiguration=0, bmAttributes=0xC0, bMaxPower=1,
            extra_descriptors=b"",
        )  # fmt: skip

    def get_interface_descriptor(self, device: str, interface: int, alt: int, config: int) -> Any:
        if interface or alt:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=2, bInterfaceClass=self.interface_class, bInterfaceSubClass=1,
            bInterfaceProtocol=2, iInterface=0, extra_descriptors=b"",
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, device: str, endpoint: int, interface: int, alt: int, config: int
    ) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(self.OUT, self.IN)[endpoint],
            bmAttributes=2, wMaxPacketSize=self.PACKET, bInterval=0, bRefresh=0,
            bSynchAddress=0, extra_descriptors=b"",
        )  # fmt: skip

    def open_device(self, device: str) -> str:
        return device

    def close_device(self, handle: str) -> None:
        self.claimed = False

    def get_configuration(self, handle: str) -> int:
        return 1

    def set_configuration(self, handle: str, value: int) -> None:
        return None

    def claim_interface(self, handle: str, interface: int) -> None:
        self.claimed = True

    def release_interface(self, handle: str, interface: int) -> None:
        self.claimed = False

    def is_kernel_driver_active(self, handle: str, interface: int) -> bool:
        return self.kernel_driver

    def detach_kernel_driver(self, handle: str, interface: int) -> None:
        self.kernel_driver = False

    def bulk_write(
        self, handle: str, endpoint: int, interface: int, data: Any, timeout: int
    ) -> int:
        self._there()
        if Fault.STUCK in self.engine.faults:
            raise usb.core.USBTimeoutError("timeout", -7, errno.ETIMEDOUT)
        packet = bytes(data)[:256]  # a short write is allowed; the rest is the caller's to send
        asyncio.run_coroutine_threadsafe(self._deliver(packet), self._loop()).result(5)
        self._there()
        return len(packet)

    def bulk_read(
        self, handle: str, endpoint: int, interface: int, buffer: Any, timeout: int
    ) -> int:
        self._there()
        try:
            reply = self.replies.get(timeout=timeout / 1000)
        except queue.Empty as error:
            raise usb.core.USBTimeoutError("timeout", -7, errno.ETIMEDOUT) from error
        for at, byte in enumerate(reply):
            buffer[at] = byte
        return len(reply)

    async def _deliver(self, data: bytes) -> None:
        if not self.engine.deliver(data):
            self.plugged = False

    def _loop(self) -> asyncio.AbstractEventLoop:
        assert self.loop is not None
        return self.loop

    def _there(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("no device", -4, errno.ENODEV)


CARRIERS: dict[str, Callable[[int], Carrier]] = {
    "tcp": TcpCarrier,
    "serial": SerialCarrier,
    "usb": UsbCarrier,
}
