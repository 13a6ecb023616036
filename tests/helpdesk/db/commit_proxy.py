"""A line to PostgreSQL that may fall silent, or break, in the very moment of a COMMIT."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from helpdesk.db.address import PostgresAddress, parse_address

COMMIT = b"COMMIT;"
GARBAGE = b"~\0\0\0\x05!"
"""A message of a type that PostgreSQL's protocol does not have."""


@dataclass
class CommitProxy:
    """Forwards what clients and the database say.

    `commits`: passed on; `held`: not passed on before `release`; `lost`: done, but the line
    breaks before the answer; `garbled`: done, and answered with what no database says; `cut`:
    the line breaks instead.
    """

    host: str
    server: int
    port: int = 0
    commits: Literal["passed", "held", "lost", "garbled", "cut"] = "passed"
    asked: int = 0
    """Commits that clients asked for."""
    _released: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def release(self) -> None:
        self.commits = "passed"
        self._released.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, back = await self._to_the_database()
        answers = asyncio.create_task(self._answers(there, writer))
        try:
            await self._requests(reader, back, there)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            answers.cancel()
            with suppress(asyncio.CancelledError):
                await answers
            back.close()
            writer.transport.abort()

    async def _to_the_database(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.host.startswith("/"):
            return await asyncio.open_unix_connection(f"{self.host}/.s.PGSQL.{self.server}")
        return await asyncio.open_connection(self.host, self.server)

    async def _requests(
        self,
        reader: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        there: asyncio.StreamReader,
    ) -> None:
        while said := await reader.read(1 << 16):
            if COMMIT in said:
                self.asked += 1
                if self.commits == "cut":
                    return
                if self.commits == "held":
                    await self._released.wait()
            back.write(said)
            await back.drain()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while said := await there.read(1 << 16):
                if self.commits == "lost" and b"COMMIT\0" in said:
                    writer.transport.abort()
                    return
                garbled = self.commits == "garbled" and b"COMMIT\0" in said
                writer.write(GARBAGE if garbled else said)
                await writer.drain()
        writer.close()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def commit_proxy(url: str) -> AsyncIterator[tuple[CommitProxy, str]]:
    """The proxy before the database of `url`, and the URL that leads through it."""
    address = parse_address(url)
    assert isinstance(address, PostgresAddress)
    proxy = CommitProxy(address.host, address.port)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    user = f"{address.user}:{address.password}" if address.password else address.user
    try:
        yield proxy, f"postgres://{user}@127.0.0.1:{proxy.port}/{address.database}"
    finally:
        proxy.release()
        listener.close()
        await proxy.end()
        await listener.wait_closed()
