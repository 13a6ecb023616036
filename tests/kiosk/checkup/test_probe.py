from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kiosk.checkup.facts import Reach
from kiosk.checkup.probe import reach
from kiosk.helpdesk_client import HttpTransport
from tests.kiosk.faulty_server import faulty
from tests.kiosk.stand_ins import NOW, HandClock


async def asked(answer: bytes) -> Reach:
    async with faulty(answer) as server:
        transport = HttpTransport(f"http://127.0.0.1:{server.port}")
        transport.open()
        try:
            return await reach(transport, HandClock(), 2.0)
        finally:
            await transport.close()


def answer(status: str, date: str, body: bytes = b'{"status":"alive"}') -> bytes:
    head = f"HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


async def test_the_server_answers_and_says_what_time_it_has() -> None:
    found = await asked(answer("200 OK", "Tue, 24 Nov 2026 02:25:00 GMT"))
    assert found == Reach(None, NOW, datetime(2026, 11, 24, 2, 25, tzinfo=UTC))


@pytest.mark.parametrize("date", ["", "yesterday", "-1", "Tue, 99 Nov 2026 02:25:00 GMT"])
async def test_a_date_that_is_none_is_not_believed(date: str) -> None:
    assert await asked(answer("200 OK", date)) == Reach(None, NOW, None)


async def test_somebody_else_answers_there() -> None:
    assert (await asked(answer("404 Not Found", ""))).fault == "server.nonsense"
    assert (await asked(answer("200 OK", "", b"<html>portal</html>"))).fault == "server.nonsense"
    assert (await asked(answer("200 OK", "", b'{"hello":"world"}'))).fault == "server.nonsense"
    assert (await asked(b"SSH-2.0-other\r\n")).fault == "server.nonsense"


async def test_nobody_answers_there() -> None:
    transport = HttpTransport("http://127.0.0.1:9")
    transport.open()
    try:
        assert (await reach(transport, HandClock(), 2.0)).fault == "server.refused"
    finally:
        await transport.close()
