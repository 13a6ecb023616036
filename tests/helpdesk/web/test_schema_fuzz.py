"""Every declared operation under generated requests, good and bad: all of schemathesis' checks."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp import web
from hypothesis import settings
from hypothesis import strategies as st

from helpdesk.app import OPENAPI_PATH, declare
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.security import KeyRing
from helpdesk.serve import serve
from helpdesk.web.openapi import document
from helpdesk.wire import op_id

CONFIG = """
[helpdesk]
listen = "127.0.0.1:0"
control = "control.sock"
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
[database]
url = "sqlite://helpdesk.sqlite3"
[security]
keys = "keys"
guesses_per_minute = 0
"""


VALID_KEY = re.compile(op_id.PATTERN)
MOMENTS = count(1_800_000_000_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole server on a port of its own, in a thread; its address."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    config = load(folder / "config.toml", {})
    KeyRing.create(config.keys)
    addresses: list[str] = []
    listening, failures = threading.Event(), list[BaseException]()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with database_of(config.database_url) as database:
            await migrate(database)

        def told(address: str) -> None:
            addresses.append(address)
            listening.set()

        await serve(config, {}, stop, listening=told)

    def body() -> None:
        try:
            loop.run_until_complete(run())
        except BaseException as error:  # noqa: BLE001 - shown by the fixture
            failures.append(error)
            listening.set()
        finally:
            loop.close()

    thread = threading.Thread(target=body)
    thread.start()
    assert listening.wait(30)
    assert not failures, failures
    yield f"http://{addresses[0]}"
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)
    assert not thread.is_alive()
    assert not failures, failures


# Schemathesis cannot make text for a pattern that a header may carry; this tells it how.
schemathesis.openapi.format("uuid7", st.from_regex(op_id.PATTERN.rstrip("$") + r"\Z"))

DESCRIBED = document(declare(web.Application()))
schema = schemathesis.openapi.from_dict(DESCRIBED)
"""Known before any server runs, so that each operation is a test of its own, with its own time."""


def test_the_server_describes_itself_so(server: str) -> None:
    with urllib.request.urlopen(server + OPENAPI_PATH) as answer:  # noqa: S310 - our own server
        assert json.load(answer) == json.loads(json.dumps(DESCRIBED))


@schema.parametrize()
@settings(max_examples=150)
def test_every_operation_keeps_its_word(case: schemathesis.Case[Any], server: str) -> None:
    headers: dict[str, str] = dict(case.headers or {})
    key = headers.get("Idempotency-Key")
    if key is not None and VALID_KEY.fullmatch(key):
        # One key with two bodies is a conflict; here each body is a request of its own.
        case.headers["Idempotency-Key"] = op_id.make(next(MOMENTS), bytes(op_id.RANDOM_BYTES))
    case.call_and_validate(base_url=server)
