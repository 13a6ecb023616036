"""Somebody between kiosk and server: reads every message, and may put another in its place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Alter = Callable[[bytes], bytes]


def unchanged(message: bytes) -> bytes:
    return message


@dataclass
class TamperingProxy:
    """Forwards whole HTTP messages over TCP; `request` and `answer` say what becomes of each."""

    server: int
    port: int = 0
    request: Alter = unchanged
    answer: Alter = unchanged
    requests: list[bytes] = field(default_factory=list)
    """As the kiosk sent them."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, back = await asyncio.open_connection("127.0.0.1", self.server)
        try:
            await self._exchange(reader, writer, there, back)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            back.close()
            writer.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: asyncio.StreamReader,
        back: asyncio.StreamWriter,
    ) -> None:
        while True:
            message = await _message(reader)
            self.requests.append(message)
            back.write(self.request(message))
            writer.write(self.answer(await _message(there)))
            await writer.drain()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return head + await reader.readexactly(sum(lengths))


@asynccontextmanager
async def tampering(server: int) -> AsyncIterator[TamperingProxy]:
    proxy = TamperingProxy(server)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.end()
        await listener.wait_closed()
