"""Kiosks over HTTP, against the whole application."""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from helpdesk.app_keys import RESOURCES
from helpdesk.kiosks.routes import BUREAU
from helpdesk.security.purposes import OPERATOR_ACCESS
from helpdesk.wire import (
    answer_signature,
    challenge,
    enrolment,
    journal_batch,
    request_signature,
    sync,
)
from helpdesk.wire import exceptions as exception_messages
from helpdesk.wire.enrolment import EnrolmentAnswer, ServerHello
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import PushAnswer
from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.request_signature import Request
from helpdesk.wire.standing import Standing
from helpdesk.wire.sync import ChangesAnswer, KeyAnswer, KeyState
from helpdesk.wire.verification import PATH, request_of
from invoices.verdict import Verdict
from tests.helpdesk.kiosks.room import (
    NORMAL,
    ChanceIds,
    KioskSide,
    granted,
    new_kiosk,
    outcome,
    request,
)
from tests.helpdesk.web.conftest import Client, House, house, serve  # noqa: F401 - fixtures

Answer = tuple[int, dict[str, Any]]


@dataclass
class Line:
    """A kiosk's signed line to a server; every answer's signature is checked."""

    client: Client
    kiosk: KioskSide
    receipt: Any
    skew: timedelta = timedelta(seconds=1)
    """Ahead: a server remembers nothing of what was signed before its start."""

    async def call(
        self, method: str, path: str, body: bytes = b"", nonce: str = "", **other: str
    ) -> Answer:
        key = other.get(IDEMPOTENCY_KEY)
        headers = self.signed(method, path, body, nonce, key) | other
        return await self.send(method, path, body, headers)

    def signed(
        self, method: str, path: str, body: bytes = b"", nonce: str = "", key: str | None = None
    ) -> dict[str, str]:
        plain, _, query = path.partition("?")
        authority = f"{self.client.host}:{self.client.port}"
        keyid = sync.key_id(self.kiosk.kiosk, self.kiosk.signer.key.public)
        now = datetime.now(UTC) + self.skew
        asked = Request(method, authority, plain, query, body, key)
        return request_signature.sign(
            asked, self.kiosk.signer, keyid, now, nonce or secrets.token_urlsafe(16)
        )

    async def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if body:
            headers = {"Content-Type": "application/json", **headers}
        sent = io.BytesIO(body) if body else None
        response = await self.client.request(method, path, data=sent, headers=headers)
        data = await response.read()
        answer_signature.check(response.headers, self.receipt, headers, response.status, data)
        self.challenge = response.headers.get(answer_signature.CHALLENGE, "")
        self.time = response.headers.get(answer_signature.TIME, "")
        return response.status, json.loads(data)

    async def push(self, **cut: Any) -> Answer:
        body = self.kiosk.batch(**cut).model_dump_json().encode()
        status, answer = await self.call("POST", journal_batch.PATH, body)
        if status == 200:
            self.kiosk.hear(PushAnswer.model_validate(answer))
        return status, answer


async def enrolled(client: Client, seed: int = 0) -> Line:
    app = client.server.app  # type: ignore[attr-defined]
    kiosk = new_kiosk(seed)
    made = await app[BUREAU].enrolment.invite()
    hello = ServerHello.model_validate(await (await client.get(enrolment.PATH)).json())
    asked = request(kiosk, made.code, hello)
    response = await client.post(enrolment.PATH, json=asked.model_dump(mode="json"))
    assert response.status == 200
    answer = EnrolmentAnswer.model_validate(await response.json())
    granted(kiosk, made.code, asked, answer)
    return Line(client, kiosk, app[BUREAU].secrets.receipt.key)


@pytest_asyncio.fixture
async def line(house: House, serve: Any) -> Line:  # noqa: F811
    return await enrolled(await serve(house))


async def test_the_whole_way(line: Line) -> None:
    op_id = line.kiosk.check(told=outcome(Verdict.UNAVAILABLE, source=None))
    status, answer = await line.push()
    assert (status, answer["mark"], answer["standing"]) == (200, 1, "active")
    body = request_of(NORMAL).model_dump_json(exclude_unset=True).encode()
    key = {"Idempotency-Key": op_id}
    status, answer = await line.call("POST", PATH, body, **key)
    assert (status, answer["verdict"], answer["source"]) == (200, "not_found", "registry")
    app = line.client.server.app  # type: ignore[attr-defined]
    rows = await app[BUREAU].roster._database.read("SELECT SUM(checks) FROM verification_count")
    assert rows == [(1,)], "kept offline, pushed and asked again: one check"


async def test_a_stranger_hears_nothing_of_a_kiosks_check_by_its_id(line: Line) -> None:
    op_id = line.kiosk.check(told=outcome(Verdict.UNAVAILABLE, source=None))
    await line.push()
    asked = request_of(NORMAL).model_dump(exclude_unset=True)
    response = await line.client.post(PATH, json=asked, headers={"Idempotency-Key": op_id})
    assert (response.status, (await response.json())["code"]) == (422, "idempotency.mismatch")


async def test_an_online_check_and_its_entry_count_once(line: Line) -> None:
    op_id = ChanceIds().op_id()
    body = request_of(NORMAL).model_dump_json(exclude_unset=True).encode()
    status, _ = await line.call("POST", PATH, body, **{"Idempotency-Key": op_id})
    assert status == 200
    line.kiosk.check(told=outcome(Verdict.NOT_FOUND), operation=op_id)
    status, answer = await line.push()
    assert [each["reason"] for each in answer["verdicts"]] == [None]
    app = line.client.server.app  # type: ignore[attr-defined]
    rows = await app[BUREAU].roster._database.read("SELECT SUM(checks) FROM verification_count")
    assert rows == [(1,)]


async def test_a_push_beyond_the_usual_length(line: Line) -> None:
    for _ in range(400):
        line.kiosk.check()
    batch = line.kiosk.batch().model_dump_json()
    assert len(batch) > 65536
    assert (await line.push())[1]["mark"] == 400


async def test_a_request_counts_once_but_a_push_may_repeat(line: Line) -> None:
    path = sync.CHANGES_PATH
    headers = line.signed("GET", path)
    assert (await line.send("GET", path, b"", headers))[0] == 200
    status, answer = await line.send("GET", path, b"", headers)
    assert (status, answer["code"]) == (401, "signature.replayed")
    line.kiosk.check()
    body = line.kiosk.batch().model_dump_json().encode()
    headers = line.signed("POST", journal_batch.PATH, body)
    for _ in range(2):
        assert (await line.send("POST", journal_batch.PATH, body, headers))[0] == 200


@pytest.mark.parametrize("hours", [-30, 5])
async def test_a_kiosk_whose_clock_is_wrong_answers_a_challenge(line: Line, hours: int) -> None:
    line.skew = timedelta(hours=hours)
    status, answer = await line.call("GET", sync.CHANGES_PATH)
    assert (status, answer["code"]) == (401, "signature.skew")
    told = datetime.fromisoformat(line.time)
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)
    assert abs(challenge.issued_at(line.challenge) - told) < timedelta(seconds=1)
    nonce = line.challenge
    assert (await line.call("GET", sync.CHANGES_PATH, nonce=nonce))[0] == 200
    status, answer = await line.call("GET", sync.CHANGES_PATH, nonce=nonce)
    assert (status, answer["code"]) == (401, "signature.replayed")
    status, answer = await line.call("GET", sync.CHANGES_PATH, nonce="x" * 43)
    assert (status, answer["code"]) == (401, "signature.skew")


async def test_a_request_from_before_the_start_is_challenged(house: House, serve: Any) -> None:  # noqa: F811
    first = await enrolled(await serve(house))
    first.skew = timedelta(seconds=-60)
    status, answer = await first.call("GET", sync.CHANGES_PATH)
    assert (status, answer["code"]) == (401, "signature.skew")
    assert (await first.call("GET", sync.CHANGES_PATH, nonce=first.challenge))[0] == 200


async def test_what_is_not_signed_as_it_should_be(line: Line) -> None:
    path = sync.CHANGES_PATH
    good = line.signed("GET", path)
    client = line.client
    spoiled = {
        "signature.form": {**good, "Signature": "sig1=:AAAA:"},
        "signature.wrong": good,
        "signature.missing": {"Signature-Input": good["Signature-Input"]},
        "signature.digest": {**good, "Content-Digest": "sha-256=:AAAA:"},
        "auth.credentials": {**good, "Authorization": "Yanpiao-Kiosk A01:" + "0" * 64},
        "auth.required": {},
    }
    for code, headers in spoiled.items():
        asked = path + "?limit=3" if code == "signature.wrong" else path
        response = await client.get(asked, headers=headers)
        assert (response.status, (await response.json())["code"]) == (401, code)
    line.kiosk.signer = new_kiosk(8).signer
    status, answer = await line.call("GET", path)
    assert (status, answer["code"]) == (401, "signature.key")


async def test_the_shared_secret_opens_no_door_of_enrolled_kiosks(line: Line, house: House) -> None:  # noqa: F811
    for method, path in (("GET", sync.CHANGES_PATH), ("POST", journal_batch.PATH)):
        response = await line.client.request(method, path, headers=house.credentials)
        assert (response.status, (await response.json())["code"]) == (403, "auth.forbidden")


async def test_the_shared_secret_ends_with_its_setting(house: House, serve: Any) -> None:  # noqa: F811
    security = replace(house.config.security, shared_access=False)
    client = await serve(replace(house, config=replace(house.config, security=security)))
    key = {"Idempotency-Key": ChanceIds().op_id()}
    body = {"number": NORMAL.number}
    response = await client.post(PATH, json=body, headers=house.credentials | key)
    assert (response.status, (await response.json())["code"]) == (401, "auth.credentials")


async def test_a_fence_is_told_on_every_call_and_push_goes_on(line: Line) -> None:
    app = line.client.server.app  # type: ignore[attr-defined]
    await app[BUREAU].fleet.fence(line.kiosk.kiosk)
    body = request_of(NORMAL).model_dump_json(exclude_unset=True).encode()
    key = {"Idempotency-Key": ChanceIds().op_id()}
    for answer in (
        await line.call("GET", sync.CHANGES_PATH),
        await line.call("POST", PATH, body, **key),
    ):
        assert (answer[0], answer[1]["code"]) == (403, sync.FENCED)
    line.kiosk.check()
    status, told = await line.push()
    assert (status, told["standing"], told["mark"]) == (200, Standing.FENCED, 1)


async def test_an_answer_to_one_kiosk_is_none_to_another(line: Line) -> None:
    app = line.client.server.app  # type: ignore[attr-defined]
    other = await enrolled(line.client, 1)
    await app[BUREAU].fleet.fence(other.kiosk.kiosk)
    nonce = secrets.token_urlsafe(16)
    headers = other.signed("GET", sync.CHANGES_PATH, nonce=nonce)
    response = await line.client.get(sync.CHANGES_PATH, headers=headers)
    data = await response.read()
    mine = line.signed("GET", sync.CHANGES_PATH, nonce=nonce)
    with pytest.raises(WireError, match=r"answer\.wrong"):
        answer_signature.check(response.headers, line.receipt, mine, response.status, data)


async def test_keys_change_though_answers_get_lost(line: Line) -> None:
    old = line.kiosk
    new = replace(old, signer=new_kiosk(5).signer, sealing=b"n" * 32)
    body = sync.key_request(new.signer, old.kiosk, new.keys).model_dump_json().encode()
    for _ in range(2):
        status, told = await line.call("POST", sync.KEY_PATH, body)
        assert (status, KeyAnswer.model_validate(told).state) == (200, KeyState.REGISTERED)
    assert (await line.call("GET", sync.CHANGES_PATH))[0] == 200, "the old one still counts"
    line.kiosk = new
    line.kiosk.check()
    assert (await line.push())[0] == 200
    line.kiosk = old
    status, told = await line.call("GET", sync.CHANGES_PATH)
    assert (status, told["code"]) == (401, "signature.key")


async def turned(line: Line, seed: int) -> KioskSide:
    """Other keys of this kiosk, registered and used; `line` goes on with the old ones."""
    old = line.kiosk
    new = replace(old, signer=new_kiosk(seed).signer)
    body = sync.key_request(new.signer, old.kiosk, new.keys).model_dump_json().encode()
    assert (await line.call("POST", sync.KEY_PATH, body))[0] == 200
    line.kiosk = new
    assert (await line.call("GET", sync.CHANGES_PATH))[0] == 200
    line.kiosk = old
    return new


async def test_keys_may_not_change_again_at_once(line: Line) -> None:
    line.kiosk = await turned(line, 5)
    third = new_kiosk(6)
    body = sync.key_request(third.signer, line.kiosk.kiosk, third.keys).model_dump_json().encode()
    status, told = await line.call("POST", sync.KEY_PATH, body)
    assert (status, told["code"]) == (429, "kiosks.rotation")
    assert (await line.call("GET", sync.CHANGES_PATH))[0] == 200


@pytest.mark.parametrize("minutes", [1, 10])
async def test_a_kiosk_whose_key_somebody_turned_gives_it_away(line: Line, minutes: int) -> None:
    thief = await turned(line, 5)
    app = line.client.server.app  # type: ignore[attr-defined]
    async with app[RESOURCES].database.transaction() as tx:
        earlier = "UPDATE kiosks_key SET since_ms = since_ms - $1, mac = NULL"
        await tx.execute(earlier, minutes * 60_000)
        await app[BUREAU].roster.mark_all(tx)
    unproved = {**line.signed("GET", sync.CHANGES_PATH), "Signature": f"sig1=:{'A' * 86}==:"}
    for headers in (unproved, line.signed("GET", sync.CHANGES_PATH)):
        status, told = await line.send("GET", sync.CHANGES_PATH, b"", headers)
        assert (status, told["code"]) == (401, "signature.key")
        if headers is unproved:
            assert await app[BUREAU].inbox.matters() == ()
    matters = await app[BUREAU].inbox.matters()
    line.kiosk = thief
    status, told = await line.call("GET", sync.CHANGES_PATH)
    if minutes == 1:
        assert (status, matters) == (200, ()), "it was on its way while the key was turned"
    else:
        assert [each.code for each in matters] == ["kiosk.two_holders"]
        assert (status, told["code"]) == (403, sync.FENCED)


async def test_a_journal_head_of_a_key_that_was_given_up_is_no_less_telling(line: Line) -> None:
    old = line.kiosk
    line.kiosk = await turned(line, 5)
    old.check()
    body = old.batch().model_dump_json().encode()
    status, told = await line.call("POST", journal_batch.PATH, body)
    assert (status, told["code"]) == (403, "journal.signature")
    app = line.client.server.app  # type: ignore[attr-defined]
    (matter,) = await app[BUREAU].inbox.matters()
    assert (matter.code, matter.kiosk) == ("kiosk.two_holders", old.kiosk)


async def test_changes_are_pulled_until_there_are_no_more(line: Line) -> None:
    seen: dict[tuple[str, str], Any] = {}
    cursor = ""
    while True:
        path = f"{sync.CHANGES_PATH}?cursor={cursor}&limit=1"
        status, told = await line.call("GET", path)
        assert status == 200
        answer = ChangesAnswer.model_validate(told)
        seen |= {(change.topic, change.key): change.value for change in answer.changes}
        cursor = answer.cursor
        if not answer.more:
            break
    assert seen.keys() == {("centre", ""), ("rules", ""), ("site", ""), ("region_key", "all")}
    assert seen["rules", ""] == {"next_day": False, "years": 5, "daily_limit": 5}
    status, told = await line.call("GET", f"{sync.CHANGES_PATH}?cursor=nonsense")
    assert (status, told["code"]) == (410, "sync.must_refetch")


async def test_exceptions_over_http(line: Line, house: House) -> None:  # noqa: F811
    line.kiosk.check()
    await line.push()
    secret = house.keys.secret(OPERATOR_ACCESS).hex()
    staff = {"Authorization": f"Yanpiao-Operator {secret}", "Accept-Language": "en"}
    client, path = line.client, exception_messages.PATH
    wrong = {"Authorization": "Yanpiao-Operator " + "0" * 64}
    assert (await client.get(path, headers=wrong)).status == 401
    assert (await client.get(path)).status == 401
    assert (await client.get(path, headers=house.credentials)).status == 403
    (found,) = (await (await client.get(path, headers=staff)).json())["exceptions"]
    assert (found["code"], found["told"], found["found"]) == (
        "check.differs",
        "match/normal",
        "not_found",
    )
    assert "differs" in found["text"]
    one = f"{path}/{found['id']}"
    assert (await (await client.get(one, headers=staff)).json()) == found
    resolution = {"note": "the visitor was called"}
    for _ in range(2):
        response = await client.post(f"{one}/resolution", json=resolution, headers=staff)
        assert (response.status, (await response.json())["note"]) == (200, resolution["note"])
    response = await client.post(f"{one}/resolution", json={"note": "no"}, headers=staff)
    assert response.status == 409
    assert (await (await client.get(path, headers=staff)).json())["exceptions"] == []
    shown = await (await client.get(path + "?resolved=true", headers=staff)).json()
    assert len(shown["exceptions"]) == 1
    gone = await client.get(f"{path}/{'A' * 10}", headers=staff)
    assert gone.status == 404
