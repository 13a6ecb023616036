"""A database that takes a COMMIT and says nothing: callers are told in time to come again."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.app import make_app
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.registry.columns import Entry
from helpdesk.security import KeyRing
from helpdesk.wire.verification import PATH, request_of
from invoices.claim import from_face
from tests.helpdesk.db.commit_proxy import commit_proxy
from tests.helpdesk.verification.room import TODAY, put
from tests.verifier_contract import OpIds, known_invoices

CONFIG = """[helpdesk]
check_seconds = 0.5
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
[database]
url = "{url}"
[security]
keys = "keys"
"""
NORMAL = known_invoices(TODAY)["normal"]


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys")


async def test_a_check_and_readiness_are_answered_while_a_commit_hangs(
    postgres_url: str, tmp_path: Path, keys: KeyRing
) -> None:
    file = tmp_path / "config.toml"
    async with commit_proxy(postgres_url) as (proxy, url):
        await asyncio.to_thread(file.write_text, CONFIG.format(url=url), encoding="utf-8")
        config = await asyncio.to_thread(load, file, {})
        async with database_of(url) as database:
            await migrate(database)
            await put(database, keys, [Entry(*NORMAL)])
        async with TestClient(TestServer(make_app(config))) as client:
            headers = {"Idempotency-Key": OpIds()()}
            claim = request_of(from_face(NORMAL[0])).model_dump(exclude_unset=True)
            assert (await client.get("/readyz")).status == 200

            proxy.commits = "held"
            begun = time.monotonic()
            late, ready = await asyncio.gather(
                client.post(PATH, json=claim, headers=headers), client.get("/readyz")
            )
            took = time.monotonic() - begun
            assert (late.status, late.headers["Retry-After"]) == (503, "2")
            assert (await late.json())["code"] == "server.unavailable"
            assert (ready.status, (await ready.json())["reasons"]) == (503, ["database"])
            assert took < 4.0, "2 s of the probe, and a busy machine"

            proxy.release()
            again = await client.post(PATH, json=claim, headers=headers)
            assert (again.status, (await again.json())["verdict"]) == (200, "match")
            async with asyncio.timeout(30):
                while (await client.get("/readyz")).status != 200:
                    pass
