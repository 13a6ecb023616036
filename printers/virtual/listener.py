"""A TCP port on this machine's loopback that can be closed with everyone on it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

_HOST = "127.0.0.1"

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """Serves connections by a handler; a port of 0 is chosen once and then kept.

    Accepts by itself: asyncio's server may still be making a connection when it is closed, and
    then leaves it open.
    """

    def __init__(self, handler: Handler, port: int) -> None:
        self.port = port
        self._handler = handler
        self._socket: socket.socket | None = None
        self._connections: dict[asyncio.Task[None], socket.socket] = {}

    async def open(self) -> None:
        """Listen; does nothing where it listens already."""
        if self._socket is None:
            self._socket = socket.create_server((_HOST, self.port))
            self._socket.settimeout(0)
            self.port = self._socket.getsockname()[1]
            asyncio.get_running_loop().add_reader(self._socket, self._accept, self._socket)

    async def close(self) -> None:
        """Stop listening and break every connection."""
        listening, self._socket = self._socket, None
        if listening is not None:
            asyncio.get_running_loop().remove_reader(listening)
            listening.close()
        connections = dict(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        for connection in connections.values():
            connection.close()  # also of a task that was cancelled before it began

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):  # whoever knocked may have gone again
            connection, _ = listening.accept()
            connection.settimeout(0)
            task = asyncio.create_task(self._serve(connection), name="connection")
            self._connections[task] = connection
            task.add_done_callback(self._connections.pop)

    async def _serve(self, connection: socket.socket) -> None:
        with suppress(ConnectionError):  # the other side may leave as it likes
            reader, writer = await asyncio.open_connection(sock=connection)
            try:
                await self._handler(reader, writer)
            finally:
                writer.transport.abort()
                await asyncio.sleep(0)  # the transport lets go of its socket in the next round
