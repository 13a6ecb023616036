"""A printer behind a file: a device node such as `/dev/usb/lp0`, or a plain file."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

from printers.errors import PortError, StalledError

_DEVICES = Path("/dev")


class FilePort:
    """Appends to a file. It cannot answer, so its slips are sent at best, never confirmed."""

    answers = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def open(self, deadline: float) -> None:  # noqa: ARG002 -- opening a node does not wait
        """Open for appending; a plain file is made, an unplugged device is not."""
        made = 0 if self._path.is_relative_to(_DEVICES) else os.O_CREAT
        flags = os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | made
        try:
            self._handle = os.open(self._path, flags, 0o600)
        except OSError as error:
            raise PortError("port.closed") from error

    def write(self, data: bytes, deadline: float) -> None:
        """Write everything; the deadline is for all of it."""
        ends = time.monotonic() + deadline
        while data:
            left = ends - time.monotonic()
            if left <= 0 or not select.select([], [self._opened()], [], left)[1]:
                raise StalledError("port.stalled")
            data = data[self._write(data) :]

    def query(self, data: bytes, count: int, deadline: float) -> bytes:  # noqa: ARG002 -- see below
        """Nothing: asking would leave the question in the file."""
        return b""

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._opened(), data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise PortError("port.gone") from error

    def _opened(self) -> int:
        if self._handle is None:
            raise PortError("port.closed")
        return self._handle
