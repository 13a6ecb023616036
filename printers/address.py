"""A printer's address, as written in a configuration, to the port that reaches it."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from printers.errors import DocumentError
from printers.file_port import FilePort
from printers.port import TransportFactory
from printers.serial_port import Flow, SerialPort
from printers.tcp_port import TcpPort
from printers.usb_port import UsbPort

KINDS = ("tcp", "serial", "usb", "file")

TCP_PORT = 9100
"""Where network printers listen unless told otherwise."""

_USB = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")
_TCP = re.compile(r"(\[[0-9a-fA-F:.%]+\]|[^:\s]+)(?::([0-9]{1,5}))?")
_PORT_MAX = 65535


def transport_factory(
    kind: str, address: str, *, baud: int = 9600, flow: Flow = "none"
) -> TransportFactory:
    """What opens the printer: tcp `host:port`, serial device, usb `vendor:product`, file path.

    Raises:
        DocumentError: `address.kind`, `address.tcp`, `address.usb` or `address.path`.
    """
    if kind == "tcp":
        return partial(TcpPort, *_host_and_port(address))
    if kind == "usb":
        return partial(UsbPort, *_usb_ids(address))
    if kind not in KINDS:
        raise DocumentError("address.kind", kind=kind)
    if not address:
        raise DocumentError("address.path", address=address)
    if kind == "serial":
        return partial(SerialPort, address, baud, flow)
    return partial(FilePort, Path(address))


def _host_and_port(address: str) -> tuple[str, int]:
    match = _TCP.fullmatch(address)
    port = int(match[2] or TCP_PORT) if match else 0
    if not match or not 0 < port <= _PORT_MAX:
        raise DocumentError("address.tcp", address=address)
    return match[1].strip("[]"), port


def _usb_ids(address: str) -> tuple[int, int]:
    match = _USB.fullmatch(address)
    if not match:
        raise DocumentError("address.usb", address=address)
    return int(match[1], 16), int(match[2], 16)
