from __future__ import annotations

import json
import time

import pytest

from helpdesk.wire.verification import from_outcome
from invoices.verdict import Verdict
from kiosk.helpdesk_client import Access
from kiosk.link import Link
from kiosk.verification import VerifierError
from tests.kiosk.faulty_server import faulty, good, http
from tests.kiosk.online_client import client_of
from tests.kiosk.stand_ins import CANARY_NUMBER, claim, matched

OP = "019ab000-0000-7000-8000-000000000001"


async def test_a_request_says_what_is_asked_and_who_asks() -> None:
    access = Access("A03", "ab" * 32)
    async with faulty(good()) as server, client_of(server.port, access) as client:
        outcome = await client.verify(OP, claim(), 1.0)
        await client.verify(OP, claim(), 1.0)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v1/verifications HTTP/1.1")
    assert f"Idempotency-Key: {OP}".encode() in head
    assert f"Authorization: Yanpiao-Kiosk A03:{'ab' * 32}".encode() in head
    assert json.loads(body) == {
        "code": "011002600111",
        "number": CANARY_NUMBER,
        "issued_on": "2026-11-03",
        "check_code": "479666",
    }
    assert outcome.verdict is Verdict.NOT_FOUND
    assert server.connections == 1, "the connection stays open between checks"


def test_a_secret_does_not_show_itself() -> None:
    assert "ab" * 32 not in repr(Access("A03", "ab" * 32))


@pytest.mark.parametrize(
    ("behaviour", "code", "passing"),
    [
        ("hang", "verifier.timeout", True),
        ("drip", "verifier.timeout", True),
        ("close", "verifier.reset", True),
        ("reset", "verifier.reset", True),
        ("endless", "verifier.size", False),
        (http("502 Bad Gateway", b"<html>", "text/html"), "verifier.busy", True),
        (http("503 Service Unavailable", b"{}"), "verifier.busy", True),
        (http("504 Gateway Timeout", b""), "verifier.busy", True),
        (http("500 Internal Server Error", b"oops"), "verifier.status", False),
        (http("401 Unauthorized", b"{}"), "verifier.status", False),
        (http("422 Unprocessable Entity", b"{}"), "verifier.status", False),
        (http("429 Too Many Requests", b"{}"), "verifier.status", False),
        (
            http("302 Found", b"", extra="Location: http://127.0.0.1:1/\r\n"),
            "verifier.status",
            False,
        ),
        (http("200 OK", b"<html>captive portal</html>", "text/html"), "verifier.nonsense", False),
        (http("200 OK", b"{"), "verifier.nonsense", False),
        (http("200 OK", b"[" * 60000), "verifier.nonsense", False),
        (http("200 OK", b'{"verdict": "match"}'), "verifier.nonsense", False),
        (good(verdict="splendid"), "verifier.nonsense", False),
        (good(verdict="match"), "verifier.nonsense", False),
        (good(state="normal"), "verifier.nonsense", False),
        (good(source=None, as_of=None), "verifier.nonsense", False),
        (good(as_of="1969-12-31T23:59:59Z"), "verifier.nonsense", False),
        (good(verdict="match", state="normal", as_of=None), "verifier.nonsense", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "verifier.nonsense", False),
    ],
)
async def test_each_fault_has_its_code_in_time(
    behaviour: str | bytes, code: str, passing: bool
) -> None:
    async with faulty(behaviour) as server, client_of(server.port) as client:
        started = time.monotonic()
        with pytest.raises(VerifierError) as caught:
            await client.verify(OP, claim(), 0.4)
        assert time.monotonic() - started < 1.2
    assert (caught.value.code, caught.value.passing) == (code, passing)
    assert CANARY_NUMBER not in repr(caught.value.params)


async def test_an_answer_about_another_invoice_is_none() -> None:
    shown = from_outcome(matched(), "A03-261124-0001", str).model_dump(mode="json")
    others = [shown["invoice"] | change for change in ({"number": "87651235"}, {"code": ""})]
    answers = [http("200 OK", json.dumps(shown | {"invoice": each}).encode()) for each in others]
    async with (
        faulty(*answers, http("200 OK", json.dumps(shown).encode())) as server,
        client_of(server.port) as client,
    ):
        for _ in others:
            with pytest.raises(VerifierError) as caught:
                await client.verify(OP, claim(), 1.0)
            assert (caught.value.code, caught.value.passing) == ("verifier.another", False)
        assert (await client.verify(OP, claim(), 1.0)).details == matched().details


async def test_details_come_with_a_match_and_a_match_with_details() -> None:
    shown = from_outcome(matched(), "A03-261124-0001", str).model_dump(mode="json")
    lies = [
        shown | {"verdict": verdict, "state": None} for verdict in Verdict if verdict != "match"
    ]
    lies += [each | {"source": None, "as_of": None} for each in lies]
    lies.append(shown | {"invoice": None})
    for lie in lies:
        answer = http("200 OK", json.dumps(lie).encode())
        async with faulty(answer) as server, client_of(server.port) as client:
            with pytest.raises(VerifierError) as caught:
                await client.verify(OP, claim(), 1.0)
            assert caught.value.code == "verifier.nonsense"


async def test_nobody_there_is_told_at_once() -> None:
    async with faulty(good()) as server:
        port = server.port
    async with client_of(port) as client:
        with pytest.raises(VerifierError) as caught:
            await client.verify(OP, claim(), 1.0)
    assert (caught.value.code, caught.value.passing) == ("verifier.refused", True)


async def test_a_server_back_after_a_restart_is_found_again() -> None:
    async with faulty(good(), "close", good()) as server, client_of(server.port) as client:
        await client.verify(OP, claim(), 1.0)
        with pytest.raises(VerifierError):
            await client.verify(OP, claim(), 1.0)
        assert (await client.verify(OP, claim(), 1.0)).verdict is Verdict.NOT_FOUND


async def test_probes_tell_the_link_with_patience() -> None:
    heard: list[Link] = []
    alive, busy = http("200 OK", b'{"status":"alive"}'), http("503 Service Unavailable", b"")
    async with (
        faulty(alive, busy, alive, busy, busy, alive, alive) as server,
        client_of(server.port) as client,
    ):
        client.link.listen(heard.append)
        assert [await client.probe() for _ in range(7)] == [True, False, True] + [False] * 2 + [
            True
        ] * 2
    assert heard == [Link.ONLINE, Link.OFFLINE, Link.ONLINE]
    assert server.requests[0].startswith(b"GET /livez ")


async def test_a_refusing_server_is_a_server() -> None:
    async with (
        faulty(http("401 Unauthorized", b'{"code":"auth.credentials"}')) as server,
        client_of(server.port) as client,
    ):
        with pytest.raises(VerifierError):
            await client.verify(OP, claim(), 1.0)
        assert client.link.state is Link.ONLINE


async def test_connections_are_made_anew_when_asked() -> None:
    async with faulty(good()) as server, client_of(server.port) as client:
        await client.verify(OP, claim(), 1.0)
        await client.calls.reconnect()
        await client.verify(OP, claim(), 1.0)
    assert server.connections == 2
