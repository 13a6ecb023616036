"""Packs over HTTP from a whole server: fetched, resumed, refused, kept to the line's share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from helpdesk.app import make_app
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.packs.keys import PackKeys
from helpdesk.security import KeyRing
from kiosk.helpdesk_client import Access, HttpTransport
from kiosk.identity.calls import ServerCalls
from kiosk.link import LinkWatch
from kiosk.packs.errors import PacksError
from kiosk.packs.keeper import PackKeeper
from kiosk.packs.source import PIECE, Pace, ServerSource
from kiosk.packs.store import PackStore
from kiosk.packs.trust import PackTrust
from kiosk.transport import Call, Reply, TransportError
from tests.kiosk.packs.shop import KEY, CutSource, Known, Pack, Shop, segment, store_at
from tests.kiosk.stand_ins import HandClock, counted_bytes

CONFIG = """
[helpdesk]
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
[database]
url = "sqlite://{folder}/helpdesk.sqlite3"
[security]
keys = "keys"
[packs]
folder = "packs"
build = false
"""


@dataclass
class Server:
    """A running server, and the shop that fills its folder."""

    port: int
    shop: Shop
    trust: PackTrust
    access: Access


@dataclass
class Counted:
    """`Transport` that counts what it carries; `faults` befall the next calls."""

    inner: HttpTransport
    calls: list[tuple[str, int]]
    faults: list[int]

    @property
    def authority(self) -> str:
        return self.inner.authority

    async def exchange(self, call: Call, deadline: float, limit: int = 0) -> Reply:
        reply = await self.inner.exchange(call, deadline, limit)
        self.calls.append((call.path, len(reply.body)))
        if self.faults and len(self.calls) in self.faults:
            raise TransportError("server.reset", passing=True)
        return reply

    async def reconnect(self) -> None:
        await self.inner.reconnect()


def prepared(folder: Path) -> tuple[web.Application, Shop, KeyRing, PackTrust]:
    file = folder / "config.toml"
    file.write_text(CONFIG.format(folder=folder), encoding="utf-8")
    config = load(file, {})
    ring = KeyRing.create(config.keys)
    signer = PackKeys(ring, config.packs).signer
    shop = Shop(folder / "packs" / "public", signer)

    async def migrated() -> None:
        async with database_of(config.database.url) as database:
            await migrate(database)

    asyncio.run(migrated())
    return make_app(config), shop, ring, PackTrust((KEY,), (signer.key,))


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    app, shop, ring, trust = await asyncio.to_thread(prepared, tmp_path)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    access = Access("A03", ring.kiosk_access.hex())
    yield Server(runner.addresses[0][1], shop, trust, access)
    await runner.cleanup()


@pytest_asyncio.fixture
async def line(server: Server) -> AsyncIterator[Counted]:
    transport = HttpTransport(f"http://127.0.0.1:{server.port}")
    transport.open()
    yield Counted(transport, [], [])
    await transport.close()


def source_over(line: Counted, server: Server, kilobytes: int = 0) -> ServerSource:
    clock = HandClock()
    calls = ServerCalls(line, LinkWatch(clock), clock, counted_bytes(), access=server.access.header)
    return ServerSource(calls, Pace(kilobytes, clock.sleep).spend)


def store_of(server: Server, tmp_path: Path) -> PackStore:
    return store_at(tmp_path / "kiosk", server.trust)


async def test_packs_come_over_http_and_are_asked_for_once(
    tmp_path: Path, server: Server, line: Counted, large: Pack, october: tuple[Known, ...]
) -> None:
    server.shop.publish(large, segment("2026-10", october))
    store, source = store_of(server, tmp_path), source_over(line, server)
    assert await store.take(source)
    pieces = [size for path, size in line.calls if large.file.name + "." not in path][2:]
    assert sum(pieces) == large.file.length
    assert max(pieces) == PIECE
    before = len(line.calls)
    assert not await store.take(source)
    assert line.calls[before:] == [("/api/v1/packs/manifest", 0)]


async def test_a_connection_that_breaks_again_and_again_gets_there(
    tmp_path: Path, server: Server, line: Counted, large: Pack
) -> None:
    server.shop.publish(large)
    line.faults.extend(range(4, 200, 7))
    store, source = store_of(server, tmp_path), source_over(line, server)
    cuts = 0
    while store.current is None:
        try:
            await store.take(source)
        except TransportError:
            cuts += 1
            source.forget()
    assert cuts >= 2
    assert store.current.whole


async def test_without_packs_the_server_says_so(
    tmp_path: Path, server: Server, line: Counted
) -> None:
    with pytest.raises(PacksError) as caught:
        await store_of(server, tmp_path).take(source_over(line, server))
    assert caught.value.code == "pack.source"


async def test_a_stranger_gets_nothing(tmp_path: Path, server: Server, line: Counted) -> None:
    server.shop.publish(segment("2026-10", ()))
    server.access = Access("A03", "00" * 32)
    with pytest.raises(PacksError) as caught:
        await store_of(server, tmp_path).take(source_over(line, server))
    assert (caught.value.code, caught.value.params["status"]) == ("pack.status", "401")


async def test_a_slow_share_of_the_line_is_kept_to(
    tmp_path: Path, server: Server, line: Counted, large: Pack
) -> None:
    server.shop.publish(large)
    clock = HandClock()
    began = clock.now()
    calls = ServerCalls(line, LinkWatch(clock), clock, counted_bytes(), access=server.access.header)
    source = ServerSource(calls, Pace(100, clock.sleep).spend)
    assert await store_of(server, tmp_path).take(source)
    seconds = (clock.now() - began).total_seconds()
    carried = sum(size for _, size in line.calls)
    assert seconds == pytest.approx(carried / 100_000, rel=0.01)


async def test_a_file_that_is_gone_leads_to_the_next_list(
    tmp_path: Path, server: Server, line: Counted, october: tuple[Known, ...]
) -> None:
    gone = segment("2026-10", october)
    server.shop.publish(gone)
    await asyncio.to_thread((server.shop.folder / gone.file.name).unlink)
    store, source = store_of(server, tmp_path), source_over(line, server)
    with pytest.raises(PacksError, match=r"pack\.source"):
        await store.take(source)
    server.shop.publish(segment("2026-10", october[:1]), version=2)
    assert await store.take(source)


class Rests:
    """`Pause` that is over at once and remembers; it ends the task after so many."""

    def __init__(self, most: int) -> None:
        self.seconds: list[float] = []
        self._most = most

    async def rest(self, seconds: float) -> None:
        self.seconds.append(round(seconds, 3))
        if len(self.seconds) == self._most:
            raise asyncio.CancelledError

    def wake(self) -> None:
        pass


async def test_the_keeper_waits_longer_after_each_fault_and_calmly_after_success(
    tmp_path: Path, server: Server, line: Counted, october: tuple[Known, ...]
) -> None:
    store, source = store_of(server, tmp_path), source_over(line, server)
    rests = Rests(4)
    keeper = PackKeeper(store, source, rests, lambda: 0.5, every=300)
    with pytest.raises(asyncio.CancelledError):
        await keeper.run()
    assert rests.seconds == [5.0, 10.0, 20.0, 40.0]
    server.shop.publish(segment("2026-10", october))
    rests = Rests(2)
    with pytest.raises(asyncio.CancelledError):
        await PackKeeper(store, source, rests, lambda: 0.5, every=300).run()
    assert rests.seconds == [300.0, 300.0]
    assert store.current is not None


async def test_the_cut_source_is_a_source(server: Server, line: Counted) -> None:
    server.shop.publish(segment("2026-10", ()))
    cut = CutSource(source_over(line, server), 0, AssertionError)
    assert await cut.manifest() is not None
