"""What somebody on the way does to a signed request is not taken for the kiosk's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from helpdesk.kiosks.signed_requests import SignedRequests
from helpdesk.wire import answer_signature, sync
from tests.helpdesk.kiosks.room import new_kiosk
from tests.helpdesk.kiosks.test_routes import Line, enrolled, line  # noqa: F401 - a fixture
from tests.helpdesk.web.conftest import house, serve  # noqa: F401 - fixtures

PATH = sync.CHANGES_PATH
Headers = dict[str, str]


def changed(name: str, old: str, new: str) -> Callable[[Headers], Headers]:
    def change(headers: Headers) -> Headers:
        assert old in headers[name]
        return {**headers, name: headers[name].replace(old, new)}

    return change


TAMPERED: dict[str, tuple[str, str, Callable[[Headers], Headers]]] = {
    "another path": ("GET", "/api/v1/packs", dict),
    "a query": ("GET", PATH + "?limit=1", dict),
    "another method": ("HEAD", PATH, dict),
    "another host": ("GET", PATH, lambda headers: {**headers, "Host": "other.example"}),
    "a path spelled otherwise": ("GET", PATH.replace("sync", "s%79nc"), dict),
    "a component left out": ("GET", PATH, changed("Signature-Input", ' "@query"', "")),
    "components swapped": (
        "GET",
        PATH,
        changed("Signature-Input", '"@path" "@query"', '"@query" "@path"'),
    ),
    "another time": ("GET", PATH, changed("Signature-Input", ";created=1", ";created=2")),
    "another nonce": ("GET", PATH, changed("Signature-Input", 'nonce="', 'nonce="A')),
    "a second member": (
        "GET",
        PATH,
        lambda headers: {**headers, "Signature": headers["Signature"] + ", sig2=:AAAA:"},
    ),
    "another digest": ("GET", PATH, changed("Content-Digest", "sha-256=:", "sha-256=:A")),
    "no digest": ("GET", PATH, lambda headers: without(headers, "Content-Digest")),
    "no signature": ("GET", PATH, lambda headers: without(headers, "Signature")),
    "both kinds of credentials": (
        "GET",
        PATH,
        lambda headers: {**headers, "Authorization": "Yanpiao-Kiosk A01:" + "0" * 64},
    ),
}


def without(headers: Headers, name: str) -> Headers:
    return {key: value for key, value in headers.items() if key != name}


async def status_of(line: Line, method: str, path: str, headers: Headers) -> int:  # noqa: F811
    url = URL(f"http://{line.client.host}:{line.client.port}{path}", encoded=True)
    async with line.client.session.request(method, url, headers=headers) as response:
        return response.status


async def test_no_change_on_the_way_is_taken(line: Line) -> None:  # noqa: F811
    told = {}
    for shape, (method, path, change) in TAMPERED.items():
        headers = change(line.signed("GET", PATH))
        told[shape] = await status_of(line, method, path, headers)
    assert {shape: status for shape, status in told.items() if status not in {401, 404, 405}} == {}
    assert (await line.call("GET", PATH))[0] == 200


async def test_a_body_that_was_exchanged_is_not_taken(line: Line) -> None:  # noqa: F811
    line.kiosk.check()
    body = line.kiosk.batch().model_dump_json().encode()
    headers = line.signed("POST", "/api/v1/sync/push", body)
    other = body.replace(b'"after":0', b'"after":1')
    status, told = await line.send("POST", "/api/v1/sync/push", other, headers)
    assert (status, told["code"]) == (401, "signature.digest")


async def test_one_kiosks_signature_under_anothers_name(line: Line) -> None:  # noqa: F811
    other = await enrolled(line.client, 1)
    keyid = sync.key_id(other.kiosk.kiosk, other.kiosk.signer.key.public)
    mine = sync.key_id(line.kiosk.kiosk, line.kiosk.signer.key.public)
    headers = changed("Signature-Input", mine, keyid)(line.signed("GET", PATH))
    assert await status_of(line, "GET", PATH, headers) == 401


@pytest.mark.parametrize(("seconds", "status"), [(-125, 401), (115, 200), (125, 401)])
async def test_a_signature_counts_for_two_minutes(
    line: Line,  # noqa: F811
    seconds: int,
    status: int,
) -> None:
    line.skew = timedelta(seconds=seconds)
    nonce = secrets.token_urlsafe(16)
    assert (await line.call("GET", PATH, nonce=nonce))[0] == status
    assert (await line.call("GET", PATH, nonce=nonce))[0] == 401, "once"


async def test_keys_that_nobody_knows_get_few_signatures_of_ours(line: Line) -> None:  # noqa: F811
    signed = 0
    for number in range(70):
        stranger = new_kiosk(100 + number)
        stranger.kiosk = line.kiosk.kiosk
        line.kiosk = stranger
        async with line.client.get(PATH, headers=line.signed("GET", PATH)) as response:
            assert response.status == 401
            signed += answer_signature.ANSWER in response.headers
    assert 60 <= signed <= 62


async def test_an_address_with_too_many_failures_is_refused_before_they_are_looked_at(
    house: Any,  # noqa: F811
    serve: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = []
    identify = SignedRequests.identify

    async def counted(self: Any, *given: Any, **named: Any) -> Any:
        looked.append(1)
        return await identify(self, *given, **named)

    monkeypatch.setattr(SignedRequests, "identify", counted)
    line = await enrolled(await serve(house.with_settings(requests_per_minute=20)))  # noqa: F811
    kiosk, line.kiosk = line.kiosk, new_kiosk(100)
    line.kiosk.kiosk = kiosk.kiosk
    told = [await status_of(line, "GET", PATH, line.signed("GET", PATH)) for _ in range(25)]
    assert told == [401] * 20 + [429] * 5
    assert len(looked) == 20


async def test_a_stranger_at_its_address_does_not_shut_a_kiosk_out(
    house: Any,  # noqa: F811
    serve: Any,  # noqa: F811
) -> None:
    """Telephones in the hall may have the kiosks' address; two calls a second were enough."""
    line = await enrolled(await serve(house.with_settings(requests_per_minute=3)))  # noqa: F811
    assert (await line.call("GET", PATH))[0] == 200
    kiosk, stranger = line.kiosk, new_kiosk(100)
    stranger.kiosk = kiosk.kiosk
    line.kiosk = stranger
    told = [await status_of(line, "GET", PATH, line.signed("GET", PATH)) for _ in range(5)]
    assert told == [401] * 3 + [429] * 2
    line.kiosk = kiosk
    assert (await line.call("GET", PATH))[0] == 200
    # Whoever names the kiosk's own key is refused too in the end.
    bad = changed("Signature-Input", 'nonce="', 'nonce="A')
    told = [await status_of(line, "GET", PATH, bad(line.signed("GET", PATH))) for _ in range(32)]
    assert told == [401] * 30 + [429] * 2
