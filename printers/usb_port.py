"""A printer on USB that is addressed by its vendor and product numbers."""

from __future__ import annotations

import errno
import time
from typing import Any

from printers.errors import PortError, StalledError

_PRINTER_CLASS = 7
_MILLISECONDS = 1000


class UsbPort:
    """The printer interface of a device; `backend` is pyusb's, found by itself when `None`.

    The kernel's own printer driver is detached while the port is open. pyusb's errors are
    `OSError`s, and a timeout of zero would mean for ever to it.
    """

    answers = True

    def __init__(self, vendor: int, product: int, backend: Any = None) -> None:
        self._ids = (vendor, product)
        self._backend = backend
        self._device: Any = None
        self._out: Any = None
        self._in: Any = None
        self._read_ahead = b""

    def open(self, deadline: float) -> None:  # noqa: ARG002 -- libusb opens at once or not at all
        """Find the device and take its printer interface."""
        from usb.core import NoBackendError, find  # kiosks with another printer never load it

        vendor, product = self._ids
        try:
            self._device = find(idVendor=vendor, idProduct=product, backend=self._backend)
            if self._device is None:
                raise PortError("port.closed")
            self._take(_printer_interface(self._device))
        except (OSError, NoBackendError) as error:
            self.close()
            raise PortError("port.closed") from error

    def write(self, data: bytes, deadline: float) -> None:
        """Write everything; the deadline is for all of it."""
        ends = time.monotonic() + deadline
        while data:
            data = data[self._write(data, ends) :]

    def query(self, data: bytes, count: int, deadline: float) -> bytes:
        """Write and read. USB delivers whole packets; what is over waits for the next read."""
        ends = time.monotonic() + deadline
        if data:
            self._discard()
            self.write(data, deadline)
        while len(self._read_ahead) < count and time.monotonic() < ends:
            self._read_ahead += self._packet(ends)
        reply, self._read_ahead = self._read_ahead[:count], self._read_ahead[count:]
        return reply

    def close(self) -> None:
        """Give the interface back."""
        device, self._device = self._device, None
        self._in = self._out = None
        self._read_ahead = b""
        if device is not None:
            from usb.util import dispose_resources

            dispose_resources(device)

    def _take(self, interface: Any) -> None:
        from usb.util import ENDPOINT_IN, claim_interface, endpoint_direction

        number = interface.bInterfaceNumber
        if _kernel_holds(self._device, number):
            self._device.detach_kernel_driver(number)
        claim_interface(self._device, number)
        for endpoint in interface:
            if endpoint_direction(endpoint.bEndpointAddress) == ENDPOINT_IN:
                self._in = endpoint
            else:
                self._out = endpoint

    def _write(self, data: bytes, ends: float) -> int:
        if self._out is None:
            raise PortError("port.closed")
        try:
            return int(self._out.write(data, _timeout(ends)))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                raise StalledError("port.stalled") from error
            raise PortError("port.gone") from error

    def _discard(self) -> None:
        self._read_ahead = b""
        while self._packet(0.0):
            continue

    def _packet(self, ends: float) -> bytes:
        """One packet; none when the time is over, or when the device cannot send any."""
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(self._in.wMaxPacketSize, _timeout(ends)))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return b""
            raise PortError("port.gone") from error


def _printer_interface(device: Any) -> Any:
    for interface in device[0]:
        if interface.bInterfaceClass == _PRINTER_CLASS:
            return interface
    raise PortError("port.no_printer")


def _kernel_holds(device: Any, number: int) -> bool:
    try:
        return bool(device.is_kernel_driver_active(number))
    except NotImplementedError:
        return False  # this system has no such drivers


def _timeout(ends: float) -> int:
    return max(1, round((ends - time.monotonic()) * _MILLISECONDS))
