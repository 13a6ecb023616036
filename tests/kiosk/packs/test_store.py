"""Taking packs: proved before kept, all or nothing, whatever the source does, whenever it ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.wire.pack_manifest import CHUNK, MANIFEST_FILE, PackFile
from helpdesk.wire.signing_key import Ed25519Signer
from invoices.pack import Finding, PackKey
from invoices.verdict import State
from kiosk.packs.errors import PacksError
from kiosk.packs.folder import PackFolder
from kiosk.packs.store import PackStore
from kiosk.packs.trust import PackTrust
from kiosk.transport import TransportError
from tests.kiosk.packs.observed import October, finding, refused, state, version
from tests.kiosk.packs.shop import (
    KEY,
    NOW,
    SIGNER,
    TRUST,
    CutSource,
    Pack,
    Shop,
    overlay,
    pack_of,
    segment,
    store_at,
)


async def test_packs_are_taken_kept_and_open_again(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    shop.publish(segment("2026-10", october))
    store = store_at(tmp_path / "packs")
    await store.open()
    assert store.current is None
    assert await store.take(shop.source)
    assert not await store.take(shop.source)
    again = store_at(tmp_path / "packs")
    await again.open()
    for each in (store, again):
        assert [finding(each, known) for known in october] == [Finding.MATCH] * 4
        assert [state(each, known) for known in october] == [known[1] for known in october]


async def test_a_newer_list_replaces_files_and_removes_old_ones(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    kept = segment("2026-10", october)
    shop.publish(kept, segment("2026-09", ()), version=1)
    await store.take(shop.source)
    later = NOW + timedelta(hours=1)
    changed = overlay("ovr-2026-11-24", [(october[0][0], State.VOIDED)], later, NOW)
    shop.publish(kept, changed, version=2, issued_at=later)
    heard: list[int | None] = []
    store.listen(lambda: heard.append(version(store)))
    assert await store.take(shop.source)
    assert heard == [2]
    assert state(store, october[0]) is State.VOIDED
    names = {path.name for path in await listed(tmp_path / "packs/files")}
    assert names == {kept.file.name, changed.file.name}


async def test_an_older_list_is_a_rollback(tmp_path: Path, shop: Shop, october: October) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october), version=7)
    await store.take(shop.source)
    shop.publish(segment("2026-10", october, NOW - timedelta(days=1)), version=6)
    await refused(store, shop, "manifest.rollback")
    again = store_at(tmp_path / "packs")
    await again.open()
    await refused(again, shop, "manifest.rollback")


async def test_the_ratchet_holds_for_a_list_whose_files_never_came(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october), version=7)
    await store.take(shop.source)
    shop.publish(segment("2026-09", ()), version=9)
    cut = CutSource(shop.source, 0, lambda: TransportError("server.reset", passing=True))
    with pytest.raises(TransportError):
        await store.take(cut)
    shop.publish(segment("2026-10", october), version=8)
    again = store_at(tmp_path / "packs")
    await again.open()
    assert version(again) == 7
    await refused(again, shop, "manifest.rollback")


async def test_two_lists_of_one_version_are_a_fork(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october))
    await store.take(shop.source)
    shop.publish(segment("2026-10", october[:1]))
    await refused(store, shop, "manifest.fork")


async def test_a_stranger_signs_in_vain(tmp_path: Path, shop: Shop, october: October) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october))
    await store.take(shop.source)
    Shop(shop.folder, Ed25519Signer(b"\x08" * 32)).publish(segment("2026-10", ()), version=2)
    await refused(store, shop, "manifest.signature")


async def test_a_list_that_is_expired_but_newer_is_better_than_an_older_one(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    old = NOW - timedelta(days=20)
    shop.publish(segment("2026-10", october, old), version=2, issued_at=old)
    assert await store.take(shop.source)


async def test_a_pack_for_another_key_is_not_put_into_use(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october))
    await store.take(shop.source)
    foreign = PackKey("all", 1, b"\x09" * 32)
    shop.publish(segment("2026-10", october, key=foreign), version=2)
    await refused(store, shop, "pack.foreign_key")
    assert finding(store, october[0]) is Finding.MATCH


async def test_packs_of_other_regions_are_left_to_others(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    south = PackKey("south", 1, b"\x09" * 32)
    mine, theirs = segment("2026-10", october[:2]), segment("2026-10", october[2:], key=south)
    shop.publish(mine, theirs)
    await asyncio.to_thread((shop.folder / theirs.file.name).unlink)
    store = store_at(tmp_path / "packs")
    assert await store.take(shop.source)
    assert store.current is not None
    assert store.current.whole
    assert store.current.files == (mine.file,)
    shop.publish(theirs, version=2)
    await refused(store, shop, "pack.foreign_key")


async def test_mixing_files_of_two_lists_is_found(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    old, new = segment("2026-10", october), segment("2026-10", october[:1])
    shop.publish(old)
    await store.take(shop.source)
    shop.publish(new, version=2)
    await asyncio.to_thread((shop.folder / new.file.name).write_bytes, old.data)
    await refused(store, shop, "pack.chunk")


@pytest.mark.parametrize("cut", [0, 1, 31, 100, 255, 256, 287, -1, -32, -33])
async def test_a_truncated_file_is_refused(
    tmp_path: Path, shop: Shop, october: October, cut: int
) -> None:
    store = store_at(tmp_path / "packs")
    pack = segment("2026-10", october)
    shop.publish(pack)
    await asyncio.to_thread((shop.folder / pack.file.name).write_bytes, pack.data[:cut])
    await refused(store, shop, "pack.chunk")
    assert store.current is None


async def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    pack = segment("2026-10", october)
    shop.publish(pack)
    await asyncio.to_thread((shop.folder / pack.file.name).unlink)
    store = store_at(tmp_path / "packs")
    with pytest.raises(PacksError) as caught:
        await store.take(shop.source)
    assert (caught.value.code, caught.value.params["name"]) == ("pack.source", pack.file.name)
    await asyncio.to_thread((shop.folder / MANIFEST_FILE).unlink)
    await refused(store, shop, "pack.source")


async def test_a_signed_file_that_is_no_pack_is_refused(tmp_path: Path, shop: Shop) -> None:
    shop.publish(pack_of("2026-10", b"no pack at all"))
    await refused(store_at(tmp_path / "packs"), shop, "pack.magic")


async def test_a_pack_under_another_name_is_refused(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    shop.publish(pack_of("2026-11", segment("2026-10", october).data))
    await refused(store_at(tmp_path / "packs"), shop, "pack.unexpected")


async def test_without_keys_nothing_is_taken(tmp_path: Path, shop: Shop, october: October) -> None:
    shop.publish(segment("2026-10", october))
    await refused(store_at(tmp_path / "packs", trust=None), shop, "pack.no_key")
    assert not (tmp_path / "packs").exists()


async def test_a_damaged_file_is_refused_by_name_and_fetched_anew(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    good = segment("2026-10", october)
    other = segment("2026-09", ())
    shop.publish(good, other)
    store = store_at(tmp_path / "packs")
    await store.take(shop.source)

    def damage() -> None:
        path = tmp_path / "packs/files" / good.file.name
        data = bytearray(path.read_bytes())
        data[300] ^= 4
        path.write_bytes(data)

    await asyncio.to_thread(damage)
    again = store_at(tmp_path / "packs")
    await again.open()
    assert again.current is not None
    assert dict(again.current.refused) == {good.file.name: "pack.damaged"}
    assert finding(again, october[0]) is Finding.NOT_COVERED
    assert await again.take(shop.source)
    assert finding(again, october[0]) is Finding.MATCH


async def test_a_day_of_which_a_part_is_missing_is_not_covered(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    whole, late = segment("2026-10", october[:2]), segment("2026-10.1", october[2:])
    shop.publish(whole, late)
    store = store_at(tmp_path / "packs")
    await store.take(shop.source)
    await asyncio.to_thread((tmp_path / "packs/files" / late.file.name).unlink)
    again = store_at(tmp_path / "packs")
    await again.open()
    assert finding(again, october[0]) is Finding.NOT_COVERED


async def test_an_older_file_put_in_by_hand_is_found(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    old, new = segment("2026-10", october[:1]), segment("2026-10", october)
    shop.publish(new)
    await store.take(shop.source)
    await asyncio.to_thread((tmp_path / "packs/files" / new.file.name).write_bytes, old.data)
    again = store_at(tmp_path / "packs")
    await again.open()
    assert again.current is not None
    assert not again.current.whole


async def test_a_list_that_was_tampered_with_on_the_disk_is_not_used(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october))
    await store.take(shop.source)
    path = tmp_path / "packs/active"
    data = bytearray(await asyncio.to_thread(path.read_bytes))
    data[60] ^= 1
    await asyncio.to_thread(path.write_bytes, data)
    again = store_at(tmp_path / "packs")
    await again.open()
    assert (again.current, again.fault) == (None, "manifest.signature")
    assert await again.take(shop.source)


async def test_a_new_server_key_begins_anew(tmp_path: Path, shop: Shop, october: October) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october), version=9)
    await store.take(shop.source)
    signer = Ed25519Signer(b"\x0a" * 32)
    Shop(shop.folder, signer).publish(segment("2026-10", october), version=3)
    enrolled_anew = store_at(tmp_path / "packs", PackTrust((KEY,), (signer.key,)))
    await enrolled_anew.open()
    assert enrolled_anew.current is None
    assert await enrolled_anew.take(shop.source)
    assert version(enrolled_anew) == 3


async def test_a_fence_removes_everything(tmp_path: Path, shop: Shop, october: October) -> None:
    trust: list[PackTrust | None] = [TRUST]
    store = PackStore(PackFolder(tmp_path / "packs", 0), lambda: trust[0])
    shop.publish(segment("2026-10", october))
    await store.take(shop.source)
    trust[0] = None
    await store.wipe()
    assert (store.current, store.trusted) == (None, False)
    assert not (tmp_path / "packs").exists()
    await store.wipe()


async def test_progress_tells_bytes(tmp_path: Path, shop: Shop, large: Pack) -> None:
    shop.publish(large, segment("2026-10", ()))
    store = store_at(tmp_path / "packs")
    told: list[tuple[int, int] | None] = []
    watched = CutSource(shop.source, 9, AssertionError, heard=lambda: told.append(store.progress))
    assert await store.take(watched)
    total = large.file.length + 288
    assert told == [(0, total), (288, total), (288 + CHUNK, total), (288 + 2 * CHUNK, total)]
    assert store.progress is None


def test_the_signer_of_the_tests_is_the_trusted_one() -> None:
    assert TRUST.signers == (SIGNER.key,)


async def listed(folder: Path) -> list[Path]:
    return await asyncio.to_thread(lambda: sorted(folder.iterdir()))


def test_a_name_means_one_content(october: October) -> None:
    one, other = segment("2026-10", october), segment("2026-10", october[:1])
    assert one.file.name != other.file.name
    assert isinstance(one.file, PackFile)
