"""A printer on the network: raw bytes over TCP, by custom on port 9100."""

from __future__ import annotations

import socket
import time

from printers.errors import PortError, StalledError


class TcpPort:
    """One connection to a network printer; most take only one at a time."""

    answers = True

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def open(self, deadline: float) -> None:
        """Connect."""
        try:
            self._socket = socket.create_connection(self._address, deadline)
        except (OSError, UnicodeError) as error:  # a name that is none, such as `a..b`
            raise PortError("port.closed") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def write(self, data: bytes, deadline: float) -> None:
        """Send everything; the deadline is for all of it."""
        connection = self._connection(deadline)
        try:
            connection.sendall(data)
        except TimeoutError as error:
            raise StalledError("port.stalled") from error
        except OSError as error:
            raise PortError("port.gone") from error

    def query(self, data: bytes, count: int, deadline: float) -> bytes:
        """Send and read; a connection that the printer closed is gone, not silent."""
        ends = time.monotonic() + deadline
        if data:
            self._discard()
            self.write(data, deadline)
        reply = b""
        while len(reply) < count and (left := ends - time.monotonic()) > 0:
            arrived = self._receive(count - len(reply), left)
            if arrived is None:
                break
            reply += arrived
        return reply

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _discard(self) -> None:
        """Throw away what came unasked, such as an answer that came too late."""
        while self._receive(4096, 0.0):
            continue

    def _receive(self, count: int, deadline: float) -> bytes | None:
        connection = self._connection(deadline)
        try:
            arrived = connection.recv(count)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError as error:
            raise PortError("port.gone") from error
        if not arrived:
            raise PortError("port.gone")
        return arrived

    def _connection(self, deadline: float) -> socket.socket:
        if self._socket is None:
            raise PortError("port.closed")
        self._socket.settimeout(deadline)
        return self._socket
