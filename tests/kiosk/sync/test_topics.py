"""What the server publishes is what a kiosk follows, and it counts without a restart."""

from __future__ import annotations

import ast
import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from helpdesk.config import Config as ServerConfig
from helpdesk.kiosks.bureau import Bureau
from helpdesk.trust.issuer import init_root
from helpdesk.wire import topics
from helpdesk.wire.enrolment import RegionKey
from invoices.claim import from_face
from invoices.verdict import Verdict
from kiosk.bootstrap.core import Core, open_core
from kiosk.check_book import Entry
from kiosk.config_file import load
from kiosk.db.ownership import Ownership
from kiosk.identity.region_keys import newest
from kiosk.packs.trust import trust_of
from tests.helpdesk.kiosks.room import TODAY
from tests.kiosk.stand_ins import NOW
from tests.kiosk.sync.test_real_server import (  # noqa: F401 - fixtures
    Server,
    furniture,
    server,
)
from tests.verifier_contract import known_invoices

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def enrolled_core(server: Server, folder: Path) -> AsyncIterator[Core]:  # noqa: F811
    """The kiosk as it runs, behind no screen, enrolled."""
    path = folder / "kiosk.toml"
    text = f'[kiosk]\ndata = "kiosk"\nserver = "http://127.0.0.1:{server.port}"\n'
    path.write_text(text, encoding="utf-8")
    config = await asyncio.to_thread(load, path, {})
    owned = await asyncio.to_thread(Ownership, config.data, config.control)
    core = await open_core(config)
    server.clock.at = core.clock.now()
    try:
        if core.identities.form is None:
            await core.enrolment.enrol((await server.bureau.enrolment.invite("", "A03")).code)
        yield core
    finally:
        await core.close()
        owned.release()


async def published(server: Server, **sections: object) -> None:  # noqa: F811
    """A server with other settings tells of them."""
    config: ServerConfig = replace(server.resources.config, **sections)  # type: ignore[arg-type]
    bureau = Bureau(replace(server.resources, config=config))
    await bureau.noticeboard.refresh()
    await bureau.region_keys.give("A03")


async def test_every_topic_that_is_published_is_followed_and_the_other_way_round(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    resources = server.resources
    keys, root = resources.config.keys, tmp_path / "root"
    await asyncio.to_thread(init_root, root, keys, resources.keys, NOW, os.urandom)
    async with enrolled_core(server, tmp_path) as core:
        assert await core.sync.round()
        assert core.pull.followed == set(topics.TOPICS)
    told = await server.rows("SELECT DISTINCT topic FROM kiosks_change")
    assert {topic for (topic,) in told} == set(topics.TOPICS)


async def test_the_time_for_packs_knows_what_the_server_and_its_lists_said(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    resources = server.resources
    keys, root = resources.config.keys, tmp_path / "root"
    await asyncio.to_thread(init_root, root, keys, resources.keys, NOW, os.urandom)
    async with enrolled_core(server, tmp_path) as core:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        assert core.pack_clock.latest(long_ago) == long_ago
        assert await core.sync.round()
        assert core.trust.latest is not None
        assert core.database.timekeeper.server_at is not None
        latest = max(core.trust.latest, core.database.timekeeper.server_at)
        assert core.pack_clock.latest(long_ago) == latest


def test_no_slice_publishes_a_topic_under_a_name_of_its_own() -> None:
    named = set()
    for path in (ROOT / "helpdesk").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(attr="publish"), args=[_, topic, _, *_]):
                    named.add(ast.unparse(topic))
    assert named == {
        f"topics.{name}" for name in ("CENTRE", "RULES", "TRUST", "REGION_KEY", "SITE")
    }


async def test_rules_and_centre_count_from_the_pull_on(server: Server, tmp_path: Path) -> None:  # noqa: F811
    claim = from_face(known_invoices(TODAY)["normal"][0])
    async with enrolled_core(server, tmp_path) as core:
        assert await core.sync.round()
        issued_today = replace(claim, issued_on=core.clock.today())
        check = await core.verification.check(issued_today, Entry.TYPED, offline=True)
        assert check.outcome.verdict is Verdict.TOO_EARLY
        config = server.resources.config
        await published(
            server,
            helpdesk=replace(config.helpdesk, next_day=False),
            centre=replace(config.centre, name="示例区办税服务厅", hours="9:00–12:00"),
        )
        heard: list[str] = []
        core.centre.listen(lambda now: heard.append(now.name))
        assert await core.sync.round()
        check = await core.verification.check(issued_today, Entry.TYPED, offline=True)
        assert check.outcome.verdict is Verdict.UNAVAILABLE
        assert (heard[-1], core.centre.now.hours) == ("示例区办税服务厅", "9:00–12:00")
    async with enrolled_core(server, tmp_path) as core:
        assert core.centre.now.name == "示例区办税服务厅", "also before the next pull"


async def test_a_new_epoch_brings_its_keys_to_an_enrolled_kiosk(
    server: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    async with enrolled_core(server, tmp_path) as core:
        assert await core.sync.round()
        for epoch in (2, 3):
            packs = replace(server.resources.config.packs, epoch=epoch)
            await published(server, packs=packs)
            assert await core.sync.round()
            trust = trust_of(core.identities.current)
            assert trust is not None
            assert [(key.region, key.epoch) for key in trust.keys] == [
                ("all", epoch - 1),
                ("all", epoch),
            ]
    async with enrolled_core(server, tmp_path) as core:
        await server.bureau.fleet.fence("A03")
        await core.sync.round()
        await core.sync.round()
        assert trust_of(core.identities.current) is None
    async with enrolled_core(server, tmp_path) as core:
        assert trust_of(core.identities.current) is None, "a box that is left brings nothing back"


def test_the_newer_word_on_a_key_counts() -> None:
    def key(epoch: int, byte: int = 0, region: str = "all") -> RegionKey:
        return RegionKey(region=region, epoch=epoch, key=bytes([byte]) * 32)

    held = (key(1), key(2), key(7, region="north"))
    assert newest(held, (key(3),)) == (key(2), key(3), key(7, region="north"))
    assert newest(held, (key(2, 9),)) == (key(1), key(2, 9), key(7, region="north"))
