from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from helpdesk.errors import HelpdeskError
from helpdesk.slices import ROUTES
from helpdesk.web import Api, ApiError, Call, Permission, RequestError
from helpdesk.web.permission import GRANTS

OP_ID = "0192f0c1-2345-7abc-8def-0123456789ab"


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    word: str = Field(max_length=20)
    times: int = Field(1, ge=1, le=9)


class Said(BaseModel):
    words: str
    caller: str
    language: str
    key: str | None


class Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100)


class Place(BaseModel):
    number: int


class Number(BaseModel):
    number: int


def register(api: Api, _app: web.Application) -> None:
    @api.operation(
        "POST",
        "/api/v1/echoes",
        name="echo",
        permission=Permission.VERIFY,
        summary="Say it again",
        body=Asked,
        answer=Said,
        idempotent=True,
    )
    async def echo(call: Call[Asked]) -> Said:
        if call.body.word == "crash":
            raise KeyError("canary-91110108MA00SECRET")
        if call.body.word == "refuse":
            raise RequestError("request.schema", status=422)
        if call.body.word == "inside":
            raise HelpdeskError("seal.broken")
        return Said(
            words=call.body.word * call.body.times,
            caller=f"{call.principal.channel}:{call.principal.name}",
            language=call.language,
            key=call.idempotency_key,
        )

    @api.operation(
        "GET",
        "/api/v1/numbers/{number}",
        name="number",
        permission=Permission.PUBLIC,
        summary="A number",
        query=Wanted,
        path_parts=Place,
        answer=Number,
    )
    async def number(call: Call[None, Wanted, Place]) -> Number:
        return Number(number=call.path.number + call.query.limit)


PATH = "/api/v1/echoes"
WITH_ECHO = (*ROUTES, register)


@pytest.fixture
async def client(house: Any, serve: Any) -> Any:
    return await serve(house, WITH_ECHO)


async def test_a_good_call(client: Any) -> None:
    answer = await client.post(PATH, json={"word": "票", "times": 2})
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert await answer.json() == {
        "words": "票票",
        "caller": "anonymous:",
        "language": "zh_CN",
        "key": None,
    }


async def test_path_and_query_are_typed(client: Any) -> None:
    answer = await client.get("/api/v1/numbers/7?limit=3")
    assert await answer.json() == {"number": 10}
    for path, status in [
        ("/api/v1/numbers/x", 404),
        ("/api/v1/numbers/7?limit=0", 422),
        ("/api/v1/numbers/7?limit=3&limit=4", 422),
        ("/api/v1/numbers/7?other=1", 422),
    ]:
        assert (await client.get(path)).status == status, path


async def _problem(answer: Any) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json"
    document: dict[str, Any] = await answer.json()
    assert document["status"] == answer.status
    assert document["code"].count(".") >= 1
    assert not document["detail"].startswith("error."), "the sentence is missing"
    assert not document["title"].startswith("status."), "the title is missing"
    return document


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "request.json"),
        (b"{", "request.json"),
        (b"\xff\xfe", "request.json"),
        (b'{"word": NaN}', "request.json"),
        (b'{"word": "\\ud800"}', "request.json"),
        (b"[" * 100_000 + b"]" * 100_000, "http.413"),
        (b"[" * 16_000, "request.json"),
        (b'{"a":' * 12_000, "request.json"),
        (b'{"word": "a", "word": "b"}', "request.duplicate"),
        (b"[]", "request.schema"),
        (b'{"word": 7}', "request.schema"),
        (b'{"word": "a", "times": ' + b"9" * 5000 + b"}", "request.json"),
        (b'{"word": "a", "extra": 1}', "request.schema"),
        (b"x" * 70_000, "http.413"),
    ],
    ids=map(str, range(14)),
)
async def test_bodies_that_do_not_fit(client: Any, body: bytes, code: str) -> None:
    answer = await client.post(PATH, data=body, headers={"Content-Type": "application/json"})
    assert (await _problem(answer))["code"] == code


async def test_a_refusal_names_the_place_and_never_the_value(client: Any) -> None:
    canary = "91110108MA00SECRET" * 2
    for body in ({"word": canary}, {"word": "a", canary: 1}, {"word": "a", "times": canary}):
        answer = await client.post(PATH, json=body)
        text = await answer.text()
        assert canary not in text
    document = json.loads(text)
    assert document["errors"] == [{"pointer": "/times", "code": "int_parsing"}]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "identity"},
    ],
)
async def test_only_plain_json_is_read(client: Any, headers: dict[str, str]) -> None:
    answer = await client.post(PATH, data=b'{"word": "a"}', headers=headers)
    assert answer.status == 415
    await _problem(answer)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"Utf-8"'])
async def test_the_name_of_the_encoding_is_read_in_any_case(client: Any, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    answer = await client.post(PATH, data=b'{"word": "a"}', headers=headers)
    assert answer.status == 200


async def test_who_calls(client: Any, house: Any) -> None:
    headers = house.credentials | {"Idempotency-Key": OP_ID}
    answer = await client.post(PATH, json={"word": "a"}, headers=headers)
    said = await answer.json()
    assert (said["caller"], said["key"]) == ("kiosk:A03", OP_ID)


@pytest.mark.parametrize(
    "credentials",
    [
        "",
        "Bearer x",
        "Yanpiao-Kiosk",
        "Yanpiao-Kiosk A03:" + "0" * 64,
        "Yanpiao-Kiosk A03:zz",
        "yanpiao-kiosk A03:" + "0" * 64,
        "Yanpiao-Kiosk A03:" + "０" * 64,
    ],
)
async def test_credentials_that_prove_nothing(client: Any, credentials: str) -> None:
    answer = await client.post(PATH, json={"word": "a"}, headers={"Authorization": credentials})
    assert (await _problem(answer))["code"] == "auth.credentials"
    assert answer.headers["WWW-Authenticate"] == "Yanpiao-Kiosk"


@pytest.mark.parametrize(
    "key",
    ["", "1", str(uuid4()), OP_ID.upper(), OP_ID + "0"],
    ids=["empty", "short", "uuid4", "upper", "long"],
)
async def test_an_idempotency_key_is_a_uuid7(client: Any, key: str) -> None:
    answer = await client.post(PATH, json={"word": "a"}, headers={"Idempotency-Key": key})
    assert (await _problem(answer))["code"] == "idempotency.malformed"


async def test_a_kiosk_must_send_its_key(client: Any, house: Any) -> None:
    answer = await client.post(PATH, json={"word": "a"}, headers=house.credentials)
    assert (await _problem(answer))["code"] == "idempotency.missing"


async def test_the_frame_is_around_every_answer(client: Any) -> None:
    for method, path, status in [
        ("GET", "/nowhere", 404),
        ("PUT", PATH, 405),
        ("GET", "/livez", 200),
        ("TRACE", "/livez", 405),
    ]:
        answer = await client.request(method, path)
        assert answer.status == status
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Server"] == "yanpiao"
        assert answer.headers["X-Request-Id"]
        if status >= 400:
            await _problem(answer)
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en", "en"),
        ("en-GB,zh;q=0.5", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("en;q=x, *", "zh-CN"),
        ("zh;q=0.1, en;q=0.2", "en"),
    ],
)
async def test_the_language_asked_for(client: Any, asked: str, language: str) -> None:
    answer = await client.get("/nowhere", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == language
    assert ("There is nothing" in (await answer.json())["detail"]) == (language == "en")


async def test_a_mistake_of_ours_says_nothing_about_the_row(client: Any, log: Any) -> None:
    for word in ("crash", "inside"):
        answer = await client.post(PATH, json={"word": word})
        document = await _problem(answer)
        assert (answer.status, document["code"]) == (500, "server.error")
        assert answer.headers["X-Request-Id"] in document["detail"]
        assert "canary" not in await answer.text()
    logged = await asyncio.to_thread(log.text)
    assert "canary" not in logged
    first, second = map(json.loads, logged.splitlines())
    assert (first["event"], first["error"]) == ("request.crashed", "KeyError")
    assert "test_api.py" in first["at"][-1]
    assert second["request_id"] == answer.headers["X-Request-Id"]


async def test_a_route_without_a_declaration_does_not_start(house: Any, serve: Any) -> None:
    def sneaky(_api: Api, app: web.Application) -> None:
        async def hidden(_request: web.Request) -> web.Response:
            return web.Response()

        app.router.add_get("/hidden", hidden)

    with pytest.raises(ApiError) as caught:
        await serve(house, (*ROUTES, sneaky))
    assert (caught.value.code, caught.value.params["path"]) == ("api.undeclared", "/hidden")


async def test_two_operations_of_one_name_do_not_start(house: Any, serve: Any) -> None:
    with pytest.raises(ApiError, match=r"api\.twice"):
        await serve(house, (register, register))


async def test_a_permission_nobody_holds(
    house: Any, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.web.permission.GRANTS", dict.fromkeys(GRANTS, ()))
    client = await serve(house, WITH_ECHO)
    stranger = await client.post(PATH, json={"word": "a"})
    kiosk = await client.post(PATH, json={"word": "a"}, headers=house.credentials)
    assert ((await _problem(stranger))["code"], stranger.status) == ("auth.required", 401)
    assert ((await _problem(kiosk))["code"], kiosk.status) == ("auth.forbidden", 403)


async def test_too_many_requests(house: Any, serve: Any) -> None:
    client = await serve(house.with_settings(requests_per_minute=3), WITH_ECHO)
    answers = [await client.post(PATH, json={"word": "a"}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert (await _problem(answers[-1]))["code"] == "request.rate"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
    assert (await client.get("/livez")).status == 200, "probes are not counted"
    headers = house.credentials | {"Idempotency-Key": OP_ID}
    kiosk = await client.post(PATH, json={"word": "a"}, headers=headers)
    assert kiosk.status == 200, "a kiosk has a limit of its own"


async def test_failed_credentials_count_for_their_address(house: Any, serve: Any) -> None:
    client = await serve(house.with_settings(requests_per_minute=3), WITH_ECHO)
    headers = {"Authorization": "Yanpiao-Kiosk A03:" + "0" * 64}
    statuses = [(await client.get("/livez", headers=headers)).status for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
