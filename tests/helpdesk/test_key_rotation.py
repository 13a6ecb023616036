"""A data key rotated under two servers of one database: both go on, whoever starts anew first."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.app import make_app
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.registry.columns import Entry
from helpdesk.security import KeyRing
from helpdesk.wire.verification import PATH, request_of
from invoices.claim import from_face
from tests.helpdesk.verification.room import TODAY, put
from tests.helpdesk.verification.test_routes import Client
from tests.verifier_contract import OpIds, known_invoices

CONFIG = """[helpdesk]
requests_per_minute = 0
disk_floor = 0
[database]
url = "{url}"
[security]
keys = "{keys}"
"""
KNOWN = known_invoices(TODAY)
OLD, NEW = KNOWN["normal"], KNOWN["paper"]


def config_of(folder: Path, url: str, keys: str) -> Config:
    file = folder / f"{keys}.toml"
    file.write_text(CONFIG.format(url=url, keys=keys), encoding="utf-8")
    return load(file, {})


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_app(config))) as client:
        yield client


async def verdict(client: Client, known: tuple[object, object], op_id: str) -> str:
    claim = request_of(from_face(known[0])).model_dump(exclude_unset=True)  # type: ignore[arg-type]
    headers = {"Idempotency-Key": op_id}
    async with client.post(PATH, json=claim, headers=headers) as response:
        return str((await response.json())["verdict"])


async def reasons(client: Client) -> list[str]:
    async with client.get("/readyz") as response:
        return list((await response.json())["reasons"])


@pytest.mark.parametrize("shared", [True, False], ids=["one folder", "two folders"])
async def test_a_running_server_takes_up_a_rotated_key(
    postgres_url: str, tmp_path: Path, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeyRing, "RELOAD_SECONDS", 0.0)
    await asyncio.to_thread(KeyRing.create, tmp_path / "one")
    await asyncio.to_thread(shutil.copytree, tmp_path / "one", tmp_path / "two")
    first = await asyncio.to_thread(config_of, tmp_path, postgres_url, "one")
    name = "one" if shared else "two"
    second = await asyncio.to_thread(config_of, tmp_path, postgres_url, name)
    ids = OpIds()
    async with database_of(postgres_url) as database:
        await migrate(database)
        await put(database, await asyncio.to_thread(KeyRing.open, first.keys), [Entry(*OLD)])
    async with serving(second) as running:
        assert await verdict(running, OLD, ids()) == "match"
        assert await asyncio.to_thread(KeyRing.rotate, first.keys) == 2
        async with serving(first) as restarted:
            ring = await asyncio.to_thread(KeyRing.open, first.keys)
            async with database_of(postgres_url) as database:
                await put(database, ring, [Entry(*NEW)])
            shared_id = ids()
            assert await verdict(restarted, OLD, shared_id) == "match"

            if not shared:
                assert await reasons(running) == ["keys"], "the version has not come here yet"
                assert await verdict(running, NEW, ids()) == "unavailable"
                await asyncio.to_thread(shutil.rmtree, second.keys)
                await asyncio.to_thread(shutil.copytree, first.keys, second.keys)
            assert await verdict(running, OLD, shared_id) == "match", "what the other one sealed"
            assert await verdict(running, NEW, ids()) == "match"
            assert await reasons(running) == []
            assert await verdict(restarted, NEW, ids()) == "match"


async def test_the_folder_is_read_at_most_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = await asyncio.to_thread(KeyRing.create, tmp_path / "keys")
    unknown = b"\x01\x01\x00\x09" + bytes(40)
    reads: list[Path] = []
    opened = KeyRing.open

    def counted(folder: Path) -> KeyRing:
        reads.append(folder)
        return opened(folder)

    monkeypatch.setattr(KeyRing, "open", counted)
    for _ in range(50):
        await ring.take_up([unknown, ring.sealer("t").seal(1, b"x")])
    assert len(reads) == 1
    monkeypatch.setattr(KeyRing, "RELOAD_SECONDS", 0.0)
    await ring.take_up([unknown])
    assert len(reads) == 2
    await ring.take_up([ring.sealer("t").seal(1, b"x"), b"no seal"])
    assert len(reads) == 2, "nothing here is by an unknown version"
