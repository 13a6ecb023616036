"""Who sends slowly, in part or nothing holds a connection for a while, and nobody else up."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest

from helpdesk.web import server as web_server
from helpdesk.wire.verification import PATH
from tests.attacks.conftest import PATIENCE, Running, parsed
from tests.helpdesk.conftest import Log

HALF = (
    f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
    '\r\n{"payload"'
).encode()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server hangs up, however it does that."""
    data = b""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            while chunk := await reader.read(65536):
                data += chunk
    return data


async def test_a_body_that_does_not_come_is_given_up(start: Any) -> None:
    running: Running = await start(body_seconds=0.3)
    reader, writer = await running.connect()
    writer.write(HALF)
    async with asyncio.timeout(PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
    (answer,) = parsed(head)
    assert answer.status == 408
    assert answer.headers["connection"] == "close"
    writer.close()


async def test_half_sent_bodies_of_many_hold_up_nobody(start: Any) -> None:
    running: Running = await start(body_seconds=60.0, connections_per_address=0)
    held = [await running.connect() for _ in range(200)]
    for _, writer in held:
        writer.write(HALF)
    assert (await running.get("/livez")).status == 200
    assert (await running.get("/readyz")).status == 200
    for _, writer in held:
        writer.close()


async def test_an_announced_length_is_refused_before_a_byte_of_it(start: Any) -> None:
    running: Running = await start()
    head = HALF.replace(b"Content-Length: 100", b"Content-Length: 99999999999").partition(b"{")[0]
    reader, writer = await running.connect()
    writer.write(head)
    async with asyncio.timeout(PATIENCE):
        first = await reader.readuntil(b"\r\n\r\n")
    assert parsed(first)[0].status == 413
    writer.close()


async def test_one_address_holds_so_many_connections_and_no_more(start: Any, log: Log) -> None:
    running: Running = await start(connections_per_address=5)
    held = [await running.connect() for _ in range(5)]
    reader, writer = await running.connect()
    assert await ended(reader) == b""
    writer.close()
    for _, each in held[:2]:
        each.close()
    async with asyncio.timeout(PATIENCE):
        while True:
            # The server hears of a closed connection a moment later.
            with suppress(ConnectionError, ValueError, IndexError):
                if (await running.get("/livez")).status == 200:
                    break
    for _, each in held:
        each.close()
    assert "connection.too_many" in await asyncio.to_thread(log.text)


async def test_a_proxy_speaks_for_many(start: Any) -> None:
    running: Running = await start(connections_per_address=2, trusted_proxies="127.0.0.1")
    held = [await running.connect() for _ in range(6)]
    assert (await running.get("/livez")).status == 200
    for _, writer in held:
        writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET /livez HTT", b"GET /livez HTTP/1.1\r\nHost"])
async def test_a_head_that_does_not_come_ends_its_connection(
    start: Any, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(web_server, "HEAD_SECONDS", 0.3)
    running: Running = await start()
    reader, writer = await running.connect()
    writer.write(sent)
    assert await ended(reader) == b""
    writer.close()


async def test_a_caller_who_leaves_is_no_fault_of_ours(start: Any, log: Log) -> None:
    running: Running = await start()
    for _ in range(3):
        _, writer = await running.connect()
        writer.write(HALF)
        await writer.drain()
        # A head was taken in once the server answers another connection.
        assert (await running.get("/livez")).status == 200
        writer.transport.abort()
    assert (await running.get("/livez")).status == 200
    lines = [json.loads(line) for line in (await asyncio.to_thread(log.text)).splitlines()]
    left = [line for line in lines if line["event"] == "request.left"]
    assert [line["level"] for line in left] == ["info"] * 3
    assert not [line for line in lines if line["level"] in {"error", "critical"}]
    assert "127.0.0.1" not in json.dumps([line for line in lines if "address" not in line])
