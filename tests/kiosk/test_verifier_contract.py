"""The kiosk's client keeps the verifier's contract, asking a whole server over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from helpdesk.app import make_app
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.registry.columns import Entry
from helpdesk.security import KeyRing
from invoices.check import Check
from invoices.claim import from_face
from invoices.verdict import State, Verdict
from kiosk.helpdesk_client import Access
from kiosk.link import Link
from kiosk.present_state import ServerStatus
from kiosk.verification import VerifierError
from tests.helpdesk.verification.room import TODAY, HandClock, put
from tests.kiosk import stand_ins
from tests.kiosk.online_client import OnlineClient, client_of
from tests.verifier_contract import OpIds, Subject, VerifierContract, known_invoices

CONFIG = """
[helpdesk]
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
next_day = true
[database]
url = "sqlite://{folder}/helpdesk.sqlite3"
[security]
keys = "keys"
guesses_per_minute = 0
"""


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing.create(tmp_path / "keys")


@pytest.fixture
def application(tmp_path: Path, keys: KeyRing) -> web.Application:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    config = load(file, {})

    async def stock() -> None:
        async with database_of(config.database.url) as database:
            await migrate(database)
            await put(database, keys, [Entry(*known) for known in known_invoices(TODAY).values()])

    asyncio.run(stock())
    return make_app(config, clock=HandClock())


@pytest_asyncio.fixture
async def port(application: web.Application) -> AsyncIterator[int]:
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest_asyncio.fixture
async def client(port: int, keys: KeyRing) -> AsyncIterator[OnlineClient]:
    async with client_of(port, Access("A03", keys.kiosk_access.hex())) as client:
        yield client


class TestHelpdeskClient(VerifierContract):
    @pytest.fixture
    def subject(self, client: OnlineClient) -> Subject:
        return Subject(client.verify, TODAY, VerifierError, new_op_id=OpIds())


async def test_what_is_now_is_asked_by_the_id_of_the_check(client: OnlineClient) -> None:
    one, claim = OpIds(5)(), from_face(known_invoices(TODAY)["voided"][0])
    outcome = await client.verify(one, claim, 5.0)
    check = Check(one, "A03-261124-0001", "A" * 20, claim, outcome, stand_ins.NOW)
    told = await ServerStatus(client.calls).status(check, claim, 5.0)
    assert (told.verdict, told.state) == (Verdict.MATCH, State.VOIDED)
    unknown = replace(check, op_id=OpIds(6)())
    with pytest.raises(VerifierError) as caught:
        await ServerStatus(client.calls).status(unknown, claim, 5.0)
    assert caught.value.params == {"status": "404"}


async def test_a_wrong_secret_is_refused_by_a_server_that_is_there(port: int) -> None:
    async with client_of(port, Access("A03", "00" * 32)) as client:
        with pytest.raises(VerifierError) as caught:
            await client.verify(OpIds(9)(), stand_ins.claim(), 5.0)
        assert not await client.probe()
    assert (caught.value.code, caught.value.params) == ("verifier.status", {"status": "401"})
    assert client.link.state is Link.ONLINE
