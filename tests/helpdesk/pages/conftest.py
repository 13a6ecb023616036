"""A whole server with a public site, a root of trust and the contract's invoices."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.app import make_app
from helpdesk.app_keys import RESOURCES
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import Database, database_of, migrate
from helpdesk.registry.columns import Entry
from helpdesk.registry.store import RegistryStore
from helpdesk.resources import Resources
from helpdesk.security import KeyRing
from helpdesk.trust.authority import TrustAuthority
from helpdesk.trust.issuer import init_root
from helpdesk.verification.adoption import CheckAdoption, ToldCheck
from helpdesk.verification.question import Recorded
from helpdesk.wire.signing_key import Ed25519Signer
from helpdesk.wire.site import Site
from helpdesk.wire.trust_list import Use
from helpdesk.wire.verification import PATH, request_of
from invoices.claim import Claim, from_face
from invoices.rules import Policy
from invoices.verdict import State, Verdict
from tests.helpdesk.pages.parsed import Document, parsed
from tests.helpdesk.verification.room import TODAY, HandClock, put
from tests.helpdesk.wire.world import KIOSK
from tests.verifier_contract import OpIds, known_invoices

Client = TestClient[Any, Any]
SITE = Site.parse("https://yp.example.gov.cn")
ZONE = ZoneInfo("Asia/Shanghai")
RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"


@dataclass(frozen=True)
class Office:
    """A server that runs, and what a test does behind it."""

    config: Config
    keys: KeyRing
    clock: HandClock
    client: Client
    ids: OpIds

    async def page(
        self, path: str, language: str = "en", status: int | None = 200, **headers: str
    ) -> Document:
        """The page at a path or an address of the site, parsed and checked."""
        address = path.replace(f"HTTPS://{SITE.host}", "")
        headers = {"Accept-Language": language, **headers}
        async with self.client.get(address, headers=headers, allow_redirects=False) as answer:
            assert status is None or answer.status == status, await answer.text()
            return parsed(answer.status, dict(answer.headers), await answer.text())

    async def checked(self, name: str = "normal", **changes: str) -> dict[str, Any]:
        """An anonymous check by the API."""
        asked = request_of(from_face(known_invoices(TODAY)[name][0])).model_dump(exclude_unset=True)
        async with self.client.post(PATH, json=asked | changes) as answer:
            assert answer.status == 200
            told: dict[str, Any] = await answer.json()
            return told

    @property
    def database(self) -> Database:
        """The running server's own."""
        resources: Resources = self.client.app[RESOURCES]
        return resources.database

    async def told(
        self,
        claim: Claim | None,
        verdict: Verdict = Verdict.MATCH,
        *,
        record: str = RECORD,
        token: str = TOKEN,
        op_id: str = "",
    ) -> Recorded:
        """A check that a kiosk tells of in its journal."""
        adoption = CheckAdoption(self.database, self.keys, Policy(), self.clock, ZONE, "kiosk")
        check = ToldCheck(op_id or self.ids(), claim, verdict, record, self.clock.now(), token)
        async with self.database.transaction() as tx:
            (recorded,) = await adoption.adopt(tx, [check])
        return recorded

    async def becomes(self, state: State | None, name: str = "normal") -> None:
        """The registry hears that an invoice has another state, or was never there."""
        face = known_invoices(TODAY)[name][0]
        identity = RegistryStore(self.database, self.keys).identity(face.code, face.number)
        async with self.database.transaction() as tx:
            await tx.execute("DELETE FROM registry_invoice WHERE identity = $1", identity)
        if state is not None:
            await put(self.database, self.keys, [Entry(face, state)])

    @property
    def authority(self) -> TrustAuthority:
        return TrustAuthority(self.database, self.keys, self.config.keys, self.clock)

    async def certified(self, signer: Ed25519Signer = KIOSK, holder: str = "A03") -> None:
        async with self.database.transaction() as tx:
            await self.authority.certify(
                tx,
                public=signer.key.public,
                centre="HD01",
                holder=holder,
                uses=(Use.SLIP, Use.REQUEST),
                not_before=self.clock.now() - timedelta(days=1),
            )


OpenOffice = Callable[..., Awaitable[Office]]


@pytest_asyncio.fixture
async def open_office(tmp_path: Path, database_url: str) -> AsyncIterator[OpenOffice]:
    keys = await asyncio.to_thread(KeyRing.create, tmp_path / "keys")
    clock = HandClock()
    async with AsyncExitStack() as stack:

        async def start(*, guesses: int = 0, requests: int = 0, rooted: bool = True) -> Office:
            file = tmp_path / "config.toml"
            text = f"""[centre]
name = "北京市<示例>区税务服务中心"
name_en = "Example & Sons tax service centre"
[helpdesk]
site = "{SITE.url}"
requests_per_minute = {requests}
next_day = true
disk_floor = 0
[database]
url = "{database_url}"
[security]
keys = "keys"
guesses_per_minute = {guesses}
[packs]
build = false
"""
            await asyncio.to_thread(file.write_text, text, encoding="utf-8")
            config = await asyncio.to_thread(load, file, {})
            if rooted:
                now = datetime(2026, 11, 1, tzinfo=UTC)
                root = tmp_path / "stick"
                await asyncio.to_thread(init_root, root, config.keys, keys, now, os.urandom)
            async with database_of(config.database_url) as database:
                await migrate(database)
                await put(database, keys, [Entry(*one) for one in known_invoices(TODAY).values()])
            server = TestServer(make_app(config, clock=clock))
            stack.push_async_callback(server.close)
            await server.start_server(access_log=None)
            client = await stack.enter_async_context(TestClient(server))
            return Office(config, keys, clock, client, OpIds(7))

        yield start


@pytest_asyncio.fixture
async def office(open_office: OpenOffice) -> Office:
    return await open_office()


def claim_of(name: str = "normal", **changes: Any) -> Claim:
    return replace(from_face(known_invoices(TODAY)[name][0]), **changes)
