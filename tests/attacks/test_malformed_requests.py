"""What is no request is answered as a problem: once, without our version, without their bytes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from helpdesk.wire.verification import PATH
from tests.attacks.conftest import Answer, parsed
from tests.helpdesk.conftest import Log

BODY = b'{"payload":"CANARY"}'
HOST = b"Host: x\r\nContent-Type: application/json\r\n"
POST = b"POST " + PATH.encode() + b" HTTP/1.1\r\n" + HOST
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
SECOND = b"GET /CANARY HTTP/1.1\r\nHost: x\r\n\r\n"

SMUGGLED = {
    "CL.TE": POST + LENGTH + CHUNKED + b"\r\n0\r\n\r\n" + SECOND,
    "TE.CL": POST + CHUNKED + b"Content-Length: 4\r\n\r\n5c\r\n" + SECOND,
    "TE.TE": POST + CHUNKED + b"Transfer-Encoding: x\r\n\r\n0\r\n\r\n" + SECOND,
    "TE that is none": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SECOND,
    "two lengths": POST + LENGTH + b"Content-Length: 0\r\n\r\n" + BODY + SECOND,
    "a signed length": POST + b"Content-Length: +5\r\n\r\n" + SECOND,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + SECOND,
    "a length list": POST + b"Content-Length: 5, 5\r\n\r\nabcde" + SECOND,
    "bare LF": b"GET / HTTP/1.1\nHost: x\nX: CANARY\n\n" + SECOND,
    "a folded header": POST + b"X: a\r\n CANARY\r\n" + LENGTH + b"\r\n" + BODY + SECOND,
    "a space before the colon": POST + b"Content-Length : 5\r\n\r\nabcde" + SECOND,
    "NUL in a header": POST + b"X: CANARY\0\r\n\r\n" + SECOND,
    "a chunk of no number": POST + CHUNKED + b"\r\nzz\r\nCANARY\r\n0\r\n\r\n" + SECOND,
    "a chunk longer than it says": POST + CHUNKED + b"\r\n2\r\nCANARY\r\n0\r\n\r\n" + SECOND,
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00CANARY\r\n\r\n" + SECOND,
    "a line without end": b"GET /" + b"A" * 10_000 + b" HTTP/1.1\r\n\r\n" + SECOND,
    "a header without end": POST + b"X: " + b"A" * 10_000 + b"\r\n\r\n" + SECOND,
    "a version that is none": b"GET / HTTP/9.x\r\nHost: CANARY\r\n\r\n" + SECOND,
}


def assert_problem(answer: Answer) -> None:
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = json.loads(answer.body)
    assert problem["status"] == answer.status
    assert not problem["detail"].startswith("error."), "a sentence, not a key"
    assert answer.headers["server"] == "yanpiao"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert b"CANARY" not in answer.body
    assert b"Python" not in answer.body


async def test_no_shape_gets_a_second_answer(start: Any, log: Log) -> None:
    server = await start(body_seconds=0.5)
    for shape, request in SMUGGLED.items():
        answers = await server.send(request)
        assert len(answers) == 1, shape
        assert answers[0].status in {400, 408}, shape
        assert_problem(answers[0])
    logged = await asyncio.to_thread(log.text)
    for word in ("CANARY", "127.0.0.1:", '"error"}', "crashed"):
        lines = [line for line in logged.splitlines() if "serve.listening" not in line]
        assert word not in "\n".join(lines)
    assert logged.count("request.malformed") > 5


@pytest.mark.parametrize("path", [PATH, "/nowhere"])
async def test_an_expectation_nobody_can_meet(start: Any, path: str) -> None:
    server = await start()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nExpect: CANARY\r\nContent-Length: 0\r\n\r\n"
    (answer,) = await server.send(head.encode())
    assert answer.status == 417
    assert_problem(answer)


async def test_probes_and_unknown_paths_are_counted(start: Any) -> None:
    server = await start(requests_per_minute=3)
    assert [(await server.get("/nowhere")).status for _ in range(5)] == [404] * 3 + [429] * 2
    assert (await server.get("/livez")).status == 200
    reader, writer = await server.connect()
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 700)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    told = [answer.status for answer in parsed(await reader.read())]
    writer.close()
    assert told[0] == 200
    assert told[-1] == 429
