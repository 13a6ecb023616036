"""The whole server: bytes in over HTTP, a verdict out."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.app import make_app
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.demo_data.issuer import Issuer
from helpdesk.demo_data.samples import Sample, Sampler
from helpdesk.registry.columns import Entry
from helpdesk.security import KeyRing
from helpdesk.wire.verification import PATH, VerificationAnswer, request_of
from invoices.advice import AdviceCode
from invoices.claim import from_face
from invoices.verdict import State, Verdict
from tests.helpdesk.verification.room import TODAY, HandClock, put
from tests.verifier_contract import OpIds, known_invoices, unknown_invoice

Client = TestClient[Any, Any]
Serve = Callable[..., Awaitable[Client]]


def config_of(folder: Path, url: str, guesses: int) -> Config:
    file = folder / "config.toml"
    file.write_text(
        f"""[helpdesk]
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
next_day = true
[database]
url = "{url}"
[security]
keys = "keys"
guesses_per_minute = {guesses}
""",
        encoding="utf-8",
    )
    return load(file, {})


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest_asyncio.fixture
async def serve(
    tmp_path: Path, database_url: str, keys: KeyRing, clock: HandClock
) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(entries: list[Entry], guesses: int = 0) -> Client:
            config = await asyncio.to_thread(config_of, tmp_path, database_url, guesses)
            async with database_of(config.database_url) as database:
                await migrate(database)
                await put(database, keys, entries)
            server = TestServer(make_app(config, clock=clock))
            stack.push_async_callback(server.close)
            await server.start_server(access_log=None, auto_decompress=False)
            return await stack.enter_async_context(TestClient(server))

        yield start


@pytest.fixture
def stock() -> list[Entry]:
    return [Entry(*known) for known in known_invoices(TODAY).values()]


def body(name: str = "normal") -> dict[str, Any]:
    request = request_of(from_face(known_invoices(TODAY)[name][0]))
    return request.model_dump(exclude_unset=True)


async def ask(client: Client, asked: object, **headers: str) -> tuple[int, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.post(PATH, json=asked, headers=named) as response:
        return response.status, await response.json(content_type=None)


def kiosk(keys: KeyRing, op_id: str, prefix: str = "A03") -> dict[str, str]:
    credentials = f"Yanpiao-Kiosk {prefix}:{keys.kiosk_access.hex()}"
    return {"Authorization": credentials, "Idempotency_Key": op_id}


def samples() -> tuple[list[Entry], list[Sample]]:
    issuer, sampler = Issuer(150, TODAY, Random("route")), Sampler(TODAY)
    entries = []
    for entry in issuer.entries():
        sampler.see(entry)
        entries.append(entry)
    return entries, list(sampler.samples(issuer.unissued))


async def test_every_sample_gets_the_verdict_it_must_give(serve: Serve) -> None:
    entries, texts = samples()
    client = await serve(entries)

    told = {}
    for sample in texts:
        status, answer = await ask(client, {"payload": sample.payload})
        assert status == 200
        told[sample.label] = (answer["verdict"], answer["state"])

    assert told == {sample.label: (sample.verdict, sample.state) for sample in texts}
    assert {verdict for verdict, _ in told.values()} == set(Verdict) - {"unavailable"}
    assert {state for _, state in told.values()} == {*State, None}


async def test_the_answer_has_its_documented_form(serve: Serve, stock: list[Entry]) -> None:
    client = await serve(stock)

    _, answer = await ask(client, body(), Accept_Language="en")

    assert answer["record"] == "W-261124-0001"
    assert answer["source"] == "registry"
    assert answer["as_of"] == "2026-11-24T04:00:00Z"
    assert answer["compared"] == ["number", "issued_on", "amount"]
    assert answer["invoice"]["total_amount"] == "106.00"
    assert "buyer" not in json.dumps(answer)
    assert VerificationAnswer.model_validate(answer).verdict is Verdict.MATCH


async def test_every_outcome_comes_with_advice_in_the_callers_language(
    serve: Serve, stock: list[Entry]
) -> None:
    client = await serve(stock)
    unknown = request_of(from_face(unknown_invoice(TODAY))).model_dump(exclude_unset=True)
    asked = [body(state.value) for state in State]
    asked += [body("today"), body("old"), unknown, {"payload": "hello"}, {"number": ""}]
    asked += [body() | {"amount": "1.00"}, {"payload": "01,10,011002680026,00000001,1,20261101,,"}]

    for each, language in itertools.product(asked, ("zh-CN", "en")):
        _, answer = await ask(client, each, Accept_Language=language)
        assert 2 <= len(answer["advice"]) <= 3
        for advice in answer["advice"]:
            assert advice["code"] in set(AdviceCode)
            assert advice["text"] != f"advice.{advice['code']}"
            assert ("。" in advice["text"]) == (language == "zh-CN")


async def test_a_schema_violation_is_422_and_echoes_nothing(
    serve: Serve, stock: list[Entry]
) -> None:
    client = await serve(stock)
    mixture = {"payload": "a", "number": "b"}
    wrong: list[object] = [{}, mixture, {"number": 5}, {"payload": "x" * 3000}, [], {"x": "y"}]

    for asked in [*wrong, {"payload": "\ud800"}]:
        status, problem = await ask(client, asked)
        assert (status, problem["status"]) == (422, 422)
        assert "xxx" not in json.dumps(problem)


async def test_any_text_is_bad_input_and_no_error(serve: Serve, stock: list[Entry]) -> None:
    client = await serve(stock)

    for text in ["", "\x00", "💥", "01,", "01,32,,1,1,1,1,1", "a" * 2048, "，" * 300]:
        for asked in ({"payload": text}, {"number": text[:64]}):
            status, answer = await ask(client, asked)
            assert (status, answer["verdict"]) == (200, "bad_input")


async def test_a_retry_is_answered_alike_and_another_body_is_refused(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client = await serve(stock)
    headers = kiosk(keys, OpIds()())
    asked = body() | {"record": "A03-261124-0127"}

    first = await ask(client, asked, **headers)
    again = await ask(client, asked, **headers)
    other = await ask(client, body("paper"), **headers)

    assert first == again
    assert first[1]["record"] == "A03-261124-0127"
    assert (other[0], other[1]["code"]) == (422, "idempotency.mismatch")


async def test_a_kiosk_names_only_records_of_its_own(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client, ids = await serve(stock), OpIds()

    for record in ["B01-261124-0127", "A03", "W-261124-0001"]:
        status, problem = await ask(client, body() | {"record": record}, **kiosk(keys, ids()))
        assert (status, problem["code"]) == (422, "verification.record")


async def test_no_kiosk_writes_the_numbers_of_the_web(
    serve: Serve, stock: list[Entry], keys: KeyRing
) -> None:
    client, ids = await serve(stock), OpIds()
    asked = body() | {"record": "W-261124-0001"}

    status, problem = await ask(client, asked, **kiosk(keys, ids(), "W"))

    assert (status, problem["code"]) == (422, "verification.record")
    assert (await ask(client, body()))[1]["record"] == "W-261124-0001"


async def test_a_stranger_cannot_name_the_record(serve: Serve, stock: list[Entry]) -> None:
    client = await serve(stock)

    _, answer = await ask(client, body() | {"record": "A03-261124-0127"})

    assert answer["record"] == "W-261124-0001"


async def test_guessing_is_slowed_for_each_address(
    serve: Serve, stock: list[Entry], keys: KeyRing, clock: HandClock
) -> None:
    client = await serve(stock, guesses=3)
    wrong = body("edge") | {"check_code": "000000"}
    for _ in range(3):
        assert (await ask(client, wrong))[0] == 200

    async with client.post(PATH, json=body()) as response:
        problem = await response.json(content_type=None)
        assert response.status == 429
        assert int(response.headers["Retry-After"]) == 20
    assert problem["code"] == "verification.guesses"
    assert (await ask(client, wrong, **kiosk(keys, OpIds()())))[0] == 429, "by any name"

    clock.pass_(seconds=21)
    assert (await ask(client, body()))[0] == 200


async def test_guesses_made_at_once_count_like_those_made_one_by_one(
    serve: Serve, stock: list[Entry], clock: HandClock
) -> None:
    client = await serve(stock, guesses=3)
    wrong = [body("edge") | {"check_code": f"{number:06d}"} for number in range(5)]

    told = await asyncio.gather(*(ask(client, each) for each in wrong))

    guessed = [status for status, _ in told].count(200)
    clock.pass_(seconds=(guessed - 3) * 20 + 19)
    assert (await ask(client, body()))[0] == 429
    clock.pass_(seconds=2)
    assert (await ask(client, body()))[0] == 200


async def test_right_answers_are_no_guesses(serve: Serve, stock: list[Entry]) -> None:
    client = await serve(stock, guesses=1)

    told = [await ask(client, body(state.value)) for state in State]

    assert [status for status, _ in told] == [200] * len(State)
