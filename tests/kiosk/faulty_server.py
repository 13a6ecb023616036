"""A real server on a real port that misbehaves in one chosen way."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

GOOD = {
    "verdict": "not_found",
    "state": None,
    "invoice": None,
    "source": "registry",
    "as_of": "2026-11-24T02:25:00+00:00",
    "compared": [],
    "advice": [{"code": "check_number_and_date", "text": "x"}],
    "record": "W-261124-0001",
}


def http(status: str, body: bytes, kind: str = "application/json", extra: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n"
    )
    return head.encode() + body


def good(**changed: object) -> bytes:
    return http("200 OK", json.dumps(GOOD | changed).encode())


ALIVE = http("200 OK", b'{"status":"alive"}')


@dataclass
class FaultyServer:
    """Answers each request by the next behaviour; the last one stays."""

    behaviours: list[str | bytes]
    port: int = 0
    alive: bool = False
    """Answers the kiosk's probes as our server does, whatever it answers other requests."""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    tasks: list[asyncio.Task[object]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        if task := asyncio.current_task():
            self.tasks.append(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        self.requests.append(head + await reader.readexactly(size))
        if self.alive and head.startswith(b"GET /livez "):
            writer.write(ALIVE)
            await writer.drain()
            return True
        behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        if isinstance(behaviour, bytes):
            writer.write(behaviour)
            await writer.drain()
            return True
        goes_on: bool = await getattr(self, f"_{behaviour}")(reader, writer)
        return goes_on

    async def _hang(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await reader.read()
        return False

    async def _drip(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        for byte in good():
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)
        return True

    async def _close(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        return False

    async def _reset(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    async def _endless(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
        while True:
            writer.write(b" " * 65536)
            await writer.drain()


@asynccontextmanager
async def faulty(
    *behaviours: str | bytes, port: int = 0, alive: bool = False
) -> AsyncIterator[FaultyServer]:
    server = FaultyServer(list(behaviours), alive=alive)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", port)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for writer in server.writers:
            writer.transport.abort()
        if server.tasks:
            await asyncio.wait(server.tasks)
        await listener.wait_closed()
