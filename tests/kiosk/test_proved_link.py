"""Online means proved: what else answers at the server's address is as good as nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kiosk.helpdesk_client import HttpTransport
from kiosk.identity.identity import Identity
from kiosk.link import CALM, EAGER, Link, keep_probing
from kiosk.transport import Call
from tests.kiosk.faulty_server import ALIVE, faulty, http
from tests.kiosk.online_client import client_of
from tests.kiosk.sync.room import kiosk_of

IMPOSTORS: dict[str, str | bytes] = {
    "sshd": b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
    "captive portal": http("200 OK", b"<html>Welcome to free Wi-Fi", "text/html"),
    "redirect": http("302 Found", b"", "text/html", "Location: http://portal.example/\r\n"),
    "proxy": http("403 Forbidden", b"<html>blocked", "text/html"),
    "other service": http("404 Not Found", b"404 page not found", "text/plain"),
    "other API": http("200 OK", b'{"hello":"world"}'),
    "garbage": b"\x00\xff\x13\x37" * 64,
    "endless": "endless",
}


class Rests:
    """Counts the probes and lets `most` of them happen."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)
        if len(self.seconds) >= self.most:
            raise asyncio.CancelledError


@asynccontextmanager
async def enrolled(folder: Path) -> AsyncIterator[Identity]:
    """The identity of a kiosk that a server has let in."""
    async with kiosk_of(folder) as kiosk:
        await kiosk.enrolled()
        assert kiosk.identities.current is not None
        yield kiosk.identities.current


async def probed(port: int, identity: Identity | None, times: int) -> tuple[Link, Rests]:
    """The link's state after so many probes of whoever listens there."""
    rests = Rests(times)
    async with client_of(port, identity=lambda: identity) as client:
        with pytest.raises(asyncio.CancelledError):
            await keep_probing(client.calls, client.link, rests.sleep)
        return client.link.state, rests


@pytest.mark.parametrize("who", IMPOSTORS)
async def test_somebody_else_at_the_address_is_offline(who: str, tmp_path: Path) -> None:
    async with enrolled(tmp_path) as identity:
        for known in (None, identity):
            async with faulty(IMPOSTORS[who]) as server:
                state, rests = await probed(server.port, known, 3)
            assert state is Link.OFFLINE
            assert rests.seconds == [EAGER] * 3


async def test_an_enrolled_kiosk_believes_no_answer_that_is_not_signed(tmp_path: Path) -> None:
    async with enrolled(tmp_path) as identity, faulty(ALIVE) as server:
        assert (await probed(server.port, identity, 3))[0] is Link.OFFLINE


async def test_without_an_enrolment_our_servers_own_form_of_answer_is_needed() -> None:
    async with faulty(ALIVE) as server:
        state, rests = await probed(server.port, None, 3)
    assert (state, rests.seconds) == (Link.ONLINE, [CALM] * 3)


async def test_a_link_that_was_good_ends_when_somebody_else_takes_the_address(
    tmp_path: Path,
) -> None:
    """First by the server in memory, which signs; then its place is taken."""
    async with kiosk_of(tmp_path) as kiosk:
        await kiosk.enrolled()
        rests = Rests(2)
        with pytest.raises(asyncio.CancelledError):
            await keep_probing(kiosk.calls, kiosk.link, rests.sleep)
        assert (kiosk.link.state, rests.seconds) == (Link.ONLINE, [CALM] * 2)
        async with faulty(IMPOSTORS["captive portal"]) as server:
            portal = HttpTransport(f"http://127.0.0.1:{server.port}")
            portal.open()
            kiosk.centre.exchange = portal.exchange  # type: ignore[method-assign]
            rests = Rests(2)
            with pytest.raises(asyncio.CancelledError):
                await keep_probing(kiosk.calls, kiosk.link, rests.sleep)
            await portal.close()
        assert (kiosk.link.state, kiosk.link.failure) == (Link.OFFLINE, "server.unsigned")
        assert rests.seconds == [EAGER] * 2, "a doubt is looked into at once"


async def test_a_file_without_a_signature_proves_nothing(tmp_path: Path) -> None:
    async with (
        enrolled(tmp_path) as identity,
        faulty(http("200 OK", b"FPK1")) as server,
        client_of(server.port, identity=lambda: identity) as client,
    ):
        call = Call("GET", "/api/v1/packs/1/chunks/0")
        reply = await client.calls.call(call, 1.0, proved=False)
        assert (reply.body, client.link.state) == (b"FPK1", Link.UNKNOWN)
