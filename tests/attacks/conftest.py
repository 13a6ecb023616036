"""The whole server in this process, on a port of its own, spoken to in bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from helpdesk.db import database_of, migrate
from helpdesk.serve import serve
from tests.helpdesk.conftest import Log, log  # noqa: F401 - a fixture
from tests.helpdesk.web.conftest import House, house  # noqa: F401 - a fixture

PATIENCE = 20.0


@dataclass
class Answer:
    """One response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Running:
    """A server that listens."""

    host: str
    port: int

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port)

    async def send(self, request: bytes) -> list[Answer]:
        """All that comes back for these bytes until the server hangs up."""
        reader, writer = await self.connect()
        try:
            writer.write(request)
            async with asyncio.timeout(PATIENCE):
                return parsed(await reader.read())
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def get(self, path: str) -> Answer:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        (answer,) = await self.send(head.encode())
        return answer


def parsed(data: bytes) -> list[Answer]:
    """The responses in what came over one connection; all of ours tell their length."""
    answers = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", "0"))
        answers.append(Answer(int(first.split()[1]), headers, rest[:length]))
        data = rest[length:]
    return answers


@asynccontextmanager
async def running_server(house: House) -> AsyncIterator[Running]:  # noqa: F811
    async with database_of(house.config.database_url) as database:
        await migrate(database)
    stop, where = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(house.config, {}, stop, listening=where.set_result))
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([task, where], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        host, _, port = where.result().rpartition(":")
        yield Running(host, int(port))
    finally:
        stop.set()
        await task


@pytest_asyncio.fixture
async def start(house: House) -> AsyncIterator[Callable[..., Awaitable[Running]]]:  # noqa: F811
    """Start a server with some settings of `[helpdesk]`; it ends with the test."""
    async with AsyncExitStack() as stack:

        async def started(**settings: Any) -> Running:
            listening = house.with_settings(listen="127.0.0.1:0", drain=0.2, **settings)
            return await stack.enter_async_context(running_server(listening))

        yield started
