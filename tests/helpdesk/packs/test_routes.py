"""Packs over HTTP: who may have them, and every way to ask for a part."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.app import make_app
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.security import KeyRing

NAME = "all-1-2026-03-0123456789abcdef.fpk"
DATA = Random("pack").randbytes(700_000)
MANIFEST, FILE = "/api/v1/packs/manifest", f"/api/v1/packs/files/{NAME}"
CONFIG = """
[helpdesk]
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
[database]
url = "sqlite://helpdesk.sqlite3"
[security]
keys = "keys"
[packs]
folder = "packs"
build = false
"""


@dataclass(frozen=True)
class Place:
    """A migrated installation; `headers` name a kiosk."""

    config: Config
    headers: Mapping[str, str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("packs")
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    config = load(folder / "config.toml", {})
    ring = KeyRing.create(config.keys)

    async def migrated() -> None:
        async with database_of(config.database_url) as database:
            await migrate(database)

    asyncio.run(migrated())
    public = config.packs_folder / "public"
    public.mkdir(parents=True)
    (public / NAME).write_bytes(DATA)
    (public / f"{NAME}.chunks").write_bytes(b"\x01" * 32)
    (public / "manifest").write_bytes(b"signed")
    (public / "secret.txt").write_bytes(b"not a pack")
    return Place(config, {"Authorization": f"Yanpiao-Kiosk A03:{ring.kiosk_access.hex()}"})


@pytest_asyncio.fixture
async def client(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[Any]:
    packs = replace(place.config.packs, folder=getattr(request, "param", "packs"))
    app = make_app(replace(place.config, packs=packs))
    async with TestClient(TestServer(app), headers=place.headers) as ready:
        yield ready


async def got(client: Any, path: str, headers: Mapping[str, str]) -> tuple[int, bytes, Any]:
    async with client.get(path, headers=headers) as response:
        return response.status, await response.read(), response.headers


async def test_the_whole_file_comes_with_a_name_for_its_content(client: Any) -> None:
    status, body, headers = await got(client, FILE, {})
    assert (status, body) == (200, DATA)
    assert headers["ETag"] == f'"{NAME}"'
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=600000-699999", (600_000, 700_000)),
        ("bytes=699999-", (699_999, 700_000)),
        ("bytes=5-9999999", (5, 700_000)),
        ("bytes=-7", (699_993, 700_000)),
        ("bytes=-9999999", (0, 700_000)),
    ],
)
async def test_a_range_is_what_was_asked_for(
    client: Any, asked: str, part: tuple[int, int]
) -> None:
    status, body, headers = await got(client, FILE, {"Range": asked})
    first, end = part
    assert (status, body) == (206, DATA[first:end])
    assert headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(DATA)}"
    assert headers["Content-Length"] == str(end - first)


@pytest.mark.parametrize("asked", ["bytes=700000-", "bytes=700000-700001", "bytes=9999999-"])
async def test_a_range_behind_the_end_is_refused(client: Any, asked: str) -> None:
    status, body, headers = await got(client, FILE, {"Range": asked})
    assert (status, body) == (416, b"")
    assert headers["Content-Range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-0", "bytes=-", "x"]
)
async def test_other_ranges_are_as_none(client: Any, asked: str) -> None:
    status, body, _ = await got(client, FILE, {"Range": asked})
    assert (status, body) == (200, DATA)


async def test_if_range_keeps_to_the_content_that_is_known(client: Any) -> None:
    asked = {"Range": "bytes=1-2"}
    same = await got(client, FILE, asked | {"If-Range": f'"{NAME}"'})
    other = await got(client, FILE, asked | {"If-Range": '"another"'})
    date = await got(client, FILE, asked | {"If-Range": "Tue, 24 Nov 2026 04:00:00 GMT"})
    assert [same[0], other[0], date[0]] == [206, 200, 200]
    assert other[1] == date[1] == DATA


async def test_a_manifest_that_is_known_is_not_sent_again(client: Any) -> None:
    status, body, headers = await got(client, MANIFEST, {})
    assert (status, body) == (200, b"signed")
    again = await got(client, MANIFEST, {"If-None-Match": headers["ETag"]})
    assert again[:2] == (304, b"")
    other = await got(client, MANIFEST, {"If-None-Match": '"x"'})
    assert other[:2] == (200, b"signed")


@pytest.mark.parametrize(
    "name",
    [
        "secret.txt",
        "..%2Findex.json",
        "%2e%2e%2f%2e%2e%2fkeys%2froot.key",
        "all-1-2026-03-0123456789abcdef.fpk.chunks.chunks",
        "all-1-2026-03-0123456789ABCDEF.fpk",
        "all-1-2026-04-0123456789abcdef.fpk",
        "x" * 200,
        "%00",
    ],
)
async def test_nothing_else_of_the_disk_is_given_out(client: Any, name: str) -> None:
    async with client.get(f"/api/v1/packs/files/{name}") as response:
        assert response.status == 404
        assert (await response.json())["code"] in {"packs.file", "http.404"}


async def test_the_chunk_list_lies_beside(client: Any) -> None:
    status, body, _ = await got(client, f"{FILE}.chunks", {})
    assert (status, body) == (200, b"\x01" * 32)


@pytest.mark.parametrize("client", ["nothing"], indirect=True)
async def test_before_the_first_build_there_is_none(client: Any) -> None:
    async with client.get(MANIFEST, headers={"Accept-Language": "en"}) as response:
        assert response.status == 404
        assert (await response.json())["code"] == "packs.none"


@pytest.mark.parametrize("path", [MANIFEST, FILE])
@pytest.mark.parametrize("credentials", ["", "Yanpiao-Kiosk A03:" + "00" * 32])
async def test_packs_are_for_kiosks_only(client: Any, path: str, credentials: str) -> None:
    headers = {"Authorization": credentials} if credentials else {}
    del client.session.headers["Authorization"]
    status, _, _ = await got(client, path, headers)
    assert status == 401
