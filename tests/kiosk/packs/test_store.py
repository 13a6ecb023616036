"""Taking packs: proved before kept, all or nothing, whatever the source does, whenever it ends."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.wire.pack_manifest import CHUNK, CHUNKS_SUFFIX, MANIFEST_FILE, PackFile
from helpdesk.wire.signing_key import Ed25519Signer
from invoices.claim import from_face
from invoices.pack import Finding, PackKey
from invoices.verdict import State
from kiosk.packs.errors import PacksError
from kiosk.packs.folder import PackFolder, Part
from kiosk.packs.store import PackStore
from kiosk.packs.trust import PackTrust
from kiosk.transport import TransportError
from tests.kiosk.packs.shop import (
    KEY,
    NOW,
    SIGNER,
    TRUST,
    CutSource,
    Known,
    Pack,
    Shop,
    overlay,
    pack_of,
    segment,
    store_at,
)

October = tuple[Known, ...]


def finding(store: PackStore, known: Known) -> Finding:
    assert store.current is not None
    return store.current.packs.look_up(from_face(known[0])).finding


def state(store: PackStore, known: Known) -> State | None:
    assert store.current is not None
    return store.current.packs.look_up(from_face(known[0])).state


def version(store: PackStore) -> int | None:
    return None if store.current is None else store.current.manifest.version


async def refused(store: PackStore, shop: Shop, code: str) -> None:
    before = store.current
    with pytest.raises(PacksError) as caught:
        await store.take(shop.source)
    assert caught.value.code == code
    assert store.current is before
    assert store.fault == code


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


async def test_cut_at_every_chunk_and_resumed_each_is_fetched_once(
    tmp_path: Path, shop: Shop, large: Pack
) -> None:
    assert large.file.chunk_count == 3
    shop.publish(large, segment("2026-10", ()))
    cut = CutSource(shop.source, 1, lambda: TransportError("server.reset", passing=True))
    asked: list[tuple[str, int]] = cut.asked
    cuts = 0
    while True:
        store = store_at(tmp_path / "packs")
        await store.open()
        try:
            assert await store.take(cut.again())
        except TransportError:
            cuts += 1
            assert store.current is None
        else:
            break
    assert cuts == 3
    assert asked == [("2026-10", 0), ("2026-01", 0), ("2026-01", 1), ("2026-01", 2)]
    assert store.current is not None
    assert store.current.whole


async def test_a_wrong_chunk_is_never_written(tmp_path: Path, shop: Shop, large: Pack) -> None:
    shop.publish(large)
    path = shop.folder / large.file.name
    damaged = bytearray(large.data)
    damaged[CHUNK + 5] ^= 1
    await asyncio.to_thread(path.write_bytes, damaged)
    store = store_at(tmp_path / "packs")
    await refused(store, shop, "pack.chunk")
    part = PackFolder(tmp_path / "packs").part(large.file)
    assert await asyncio.to_thread(part.missing) == [1, 2]
    await asyncio.to_thread(path.write_bytes, large.data)
    assert await store.take(shop.source)


async def test_a_wrong_chunk_list_is_refused(tmp_path: Path, shop: Shop, large: Pack) -> None:
    shop.publish(large)
    beside = shop.folder / (large.file.name + CHUNKS_SUFFIX)
    for wrong in (b"", b"\x00" * 96, b"\x00" * 95):
        await asyncio.to_thread(beside.write_bytes, wrong)
        await refused(store_at(tmp_path / "packs"), shop, "manifest.chunks")


async def test_marks_that_are_ahead_of_the_data_are_not_believed(
    tmp_path: Path, shop: Shop, large: Pack
) -> None:
    shop.publish(large)
    folder = PackFolder(tmp_path / "packs", 0)

    def power_cut() -> None:
        """Marks reached the disk, the data of the middle did not."""
        folder.prepare()
        part = folder.part(large.file)
        zeros = large.data[:CHUNK] + bytes(CHUNK) + large.data[2 * CHUNK :]
        for number in range(3):
            part.write(number, zeros[number * CHUNK : (number + 1) * CHUNK])

    await asyncio.to_thread(power_cut)
    cut = CutSource(shop.source, 9, AssertionError)
    store = store_at(tmp_path / "packs")
    assert await store.take(cut)
    assert cut.asked == [("2026-01", 1)]


class DeathError(Exception):
    """The process dies here."""


def dying(inner: Callable[..., Any], steps: list[int]) -> Callable[..., Any]:
    """The function, which dies at its turn among all those that share `steps`."""

    def call(*args: Any, **options: Any) -> Any:
        if steps[0] == 0:
            raise DeathError
        steps[0] -= 1
        return inner(*args, **options)

    return call


@pytest.mark.parametrize("step", range(12))
async def test_dying_at_any_step_leaves_the_old_packs_or_the_new(
    tmp_path: Path, shop: Shop, october: October, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october), version=1)
    await store.take(shop.source)
    later = NOW + timedelta(hours=1)
    fresh = segment("2026-10", october, later), segment("2026-09", (), later)
    shop.publish(*fresh, version=2, issued_at=later)
    steps = [step]

    with monkeypatch.context() as patch:
        for kind, names in (
            (PackFolder, ("want", "activate", "sweep", "make_room")),
            (Part, ("write", "complete")),
        ):
            for name in names:
                patch.setattr(kind, name, dying(getattr(kind, name), steps))
        patch.setattr(os, "fsync", dying(os.fsync, steps))
        died = False
        try:
            await store.take(shop.source)
        except DeathError:
            died = True
    again = store_at(tmp_path / "packs")
    await again.open()
    assert again.current is not None
    assert again.current.whole
    assert version(again) in ({1, 2} if died else {2})
    await again.take(shop.source)
    assert version(again) == 2
    assert [state(again, known) for known in october] == [known[1] for known in october]


async def test_a_full_disk_leaves_what_is_in_use(
    tmp_path: Path, shop: Shop, october: October, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october))
    await store.take(shop.source)
    shop.publish(segment("2026-10", october[:1]), version=2)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        await refused(store, shop, "pack.full")
    assert finding(store, october[0]) is Finding.MATCH
    assert await store.take(shop.source)


async def test_packs_leave_room_for_what_visitors_are_told(
    tmp_path: Path, shop: Shop, october: October
) -> None:
    shop.publish(segment("2026-10", october))
    await refused(store_at(tmp_path / "packs", reserve=1 << 60), shop, "pack.full")


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
    told: list[tuple[int, int]] = []
    await store_at(tmp_path / "packs").take(shop.source, lambda *at: told.append(at))
    total = large.file.length + 288
    assert told[0] == (0, total)
    assert told[-1] == (total, total)
    assert told == sorted(told)


def test_the_signer_of_the_tests_is_the_trusted_one() -> None:
    assert TRUST.signers == (SIGNER.key,)


async def listed(folder: Path) -> list[Path]:
    return await asyncio.to_thread(lambda: sorted(folder.iterdir()))


def test_a_name_means_one_content(october: October) -> None:
    one, other = segment("2026-10", october), segment("2026-10", october[:1])
    assert one.file.name != other.file.name
    assert isinstance(one.file, PackFile)
