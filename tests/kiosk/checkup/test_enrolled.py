"""An enrolled kiosk, stopped: who it is, its trust list, its packs by region and age."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.wire.enrolment import RegionKey
from kiosk.checkup import data_rules
from kiosk.checkup.facts import Inside, Who
from kiosk.checkup.pack_facts import packs_in_use, packs_on_disk
from kiosk.checkup.stopped import read_stopped
from kiosk.identity.identity import Enrolled
from kiosk.packs.folder import PackFolder
from tests.kiosk.packs.shop import KEY, NOW, SIGNER, Shop, large_pack, store_at
from tests.kiosk.stand_ins import HandClock, new_check
from tests.kiosk.sync.room import kiosk_of

DAY = timedelta(days=1)


@pytest.fixture
async def left(tmp_path: Path) -> Path:
    """The folder of a kiosk that was enrolled, delivered one check and kept another."""
    folder = tmp_path / "d"
    async with kiosk_of(folder) as kiosk:
        await kiosk.enrolled()
        await kiosk.database.checks.add(new_check("told"))
        await kiosk.sync.round()
        await kiosk.database.checks.add(new_check("kept"))
    return folder


async def read(folder: Path) -> Inside:
    inside = await read_stopped(folder, HandClock())
    assert inside is not None
    return inside


async def test_who_it_is_and_what_it_has_told(left: Path) -> None:
    inside = await read(left)
    assert inside.who.kiosk == "A07"
    assert (inside.who.standing, inside.who.fault) == ("active", None)
    assert (inside.outbox.head, inside.outbox.mark, inside.outbox.waiting) == (2, 1, 1)
    assert inside.outbox.contact_at is not None
    assert inside.times.latest is not None


async def test_a_signing_key_that_is_gone_or_open_to_others(left: Path) -> None:
    (key,) = [*(left / "keys").glob("*.key")]
    key.chmod(0o644)
    assert (await read(left)).who.fault == "key.exposed"
    await asyncio.to_thread(key.unlink)
    assert (await read(left)).who.fault == "key.missing"


async def test_a_trust_list_that_cannot_be_read(left: Path) -> None:
    (left / "trust.json").write_text("{")
    (left / "trust.json").chmod(0o600)
    assert (await read(left)).trust.fault == "trust.store"


async def test_packs_on_the_disk_are_told_as_by_the_kiosk_that_used_them(
    left: Path, tmp_path: Path
) -> None:
    shop = Shop(tmp_path / "stick")
    await asyncio.to_thread(shop.publish, await asyncio.to_thread(large_pack), lifetime=DAY)
    store = store_at(left / "packs")
    await store.take(shop.source)
    running = packs_in_use(store)
    assert [(region.region, region.files) for region in running.regions] == [("all", 1)]
    assert (running.expires, running.bad, running.fault) == (NOW + DAY, 0, None)

    folder = PackFolder(left / "packs")
    form = await _form(left)
    assert await asyncio.to_thread(packs_on_disk, folder, form) == running
    for age, code in ((DAY / 2, "packs.good"), (DAY, "packs.expired")):
        judged = data_rules.packs(running, Who(kiosk="A07"), NOW + age)
        assert [each.code for each in judged] == [code]
    (file,) = [*(left / "packs" / "files").glob("*.fpk")]
    await asyncio.to_thread(file.unlink)
    assert (await asyncio.to_thread(packs_on_disk, folder, form)).bad == 1
    (left / "packs" / "active").write_bytes(b"no list")
    assert (await asyncio.to_thread(packs_on_disk, folder, form)).fault is not None
    assert not (await asyncio.to_thread(packs_on_disk, folder, None)).trusted


async def _form(folder: Path) -> Enrolled:
    """The enrolment, with the keys of the packs' publisher."""
    async with kiosk_of(folder) as kiosk:
        form = kiosk.identities.needed
    assert form.secrets is not None
    key = RegionKey(region=KEY.region, epoch=KEY.epoch, key=KEY.secret)
    secrets = form.secrets.model_copy(update={"region_keys": (key,)})
    server = form.server.model_copy(update={"receipt": SIGNER.key.public})
    return form.model_copy(update={"secrets": secrets, "server": server})
