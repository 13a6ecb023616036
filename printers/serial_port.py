"""A printer on a serial line, also one that a USB chip offers as such."""

from __future__ import annotations

import termios
import time
from typing import TYPE_CHECKING, Literal

from printers.errors import PortError, StalledError

if TYPE_CHECKING:
    from serial import Serial

Flow = Literal["none", "rtscts", "dsrdtr", "xonxoff"]

_GONE = (OSError, termios.error)
"""pyserial passes on the terminal layer's own error when it empties a line that is gone."""


class SerialPort:
    """A line opened for us alone; name it by `/dev/serial/by-id/...`, which survives replugging.

    `flow` is the printer's way to say that its buffer is full, set by its switches.
    """

    answers = True

    def __init__(self, device: str, baud: int = 9600, flow: Flow = "none") -> None:
        self._device = device
        self._baud = baud
        self._flow = flow
        self._line: Serial | None = None

    def open(self, deadline: float) -> None:
        """Open the line, or raise where it is missing or in use."""
        import serial  # kiosks with a network printer never load it

        try:
            self._line = serial.Serial(
                self._device,
                self._baud,
                timeout=deadline,
                write_timeout=deadline,
                exclusive=True,
                rtscts=self._flow == "rtscts",
                dsrdtr=self._flow == "dsrdtr",
                xonxoff=self._flow == "xonxoff",
            )
        except (*_GONE, ValueError) as error:
            raise PortError("port.closed") from error

    def write(self, data: bytes, deadline: float) -> None:
        """Write everything; the deadline is for all of it."""
        from serial import SerialTimeoutException

        line = self._opened()
        try:
            line.write_timeout = deadline
            line.write(data)
        except SerialTimeoutException as error:
            raise StalledError("port.stalled") from error
        except _GONE as error:
            raise PortError("port.gone") from error

    def query(self, data: bytes, count: int, deadline: float) -> bytes:
        """Write and read; a line cannot tell a printer that is off from a silent one."""
        line = self._opened()
        ends = time.monotonic() + deadline
        try:
            if data:
                line.reset_input_buffer()
                self.write(data, deadline)
            line.timeout = max(0.0, ends - time.monotonic())
            return bytes(line.read(count))
        except _GONE as error:
            raise PortError("port.gone") from error

    def close(self) -> None:
        """Close the line and drop what it has not sent, so that closing cannot block."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.reset_output_buffer()
            line.close()
        except _GONE:
            return  # an unplugged line is closed already

    def _opened(self) -> Serial:
        if self._line is None:
            raise PortError("port.closed")
        return self._line
