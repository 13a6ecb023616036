"""Taking packs cut off, on a full disk, and by a process that dies: at every step."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.wire.pack_manifest import CHUNK, CHUNKS_SUFFIX
from invoices.pack import Finding
from kiosk.packs.errors import PacksError
from kiosk.packs.folder import PackFolder, Part
from kiosk.transport import TransportError
from tests.kiosk.packs.observed import October, finding, refused, state, version
from tests.kiosk.packs.shop import (
    NOW,
    CutSource,
    Pack,
    Shop,
    segment,
    store_at,
)


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


@pytest.mark.parametrize("wrong", [0, 1, 2])
async def test_a_wrong_chunk_is_never_written(
    tmp_path: Path, shop: Shop, large: Pack, wrong: int
) -> None:
    """Each is proved before, the last and shorter one too."""
    shop.publish(large)
    assert large.file.chunk_count == 3
    path = shop.folder / large.file.name
    damaged = bytearray(large.data)
    damaged[wrong * CHUNK + 5] ^= 1
    await asyncio.to_thread(path.write_bytes, damaged)
    store = store_at(tmp_path / "packs")
    cut = CutSource(shop.source, 9, AssertionError)
    with pytest.raises(PacksError, match=r"pack\.chunk"):
        await store.take(cut)
    assert cut.asked == [("2026-01", number) for number in range(wrong + 1)]  # and not once more
    part = PackFolder(tmp_path / "packs").part(large.file)
    assert await asyncio.to_thread(part.missing) == list(range(wrong, 3))
    partial = tmp_path / "packs" / "files" / f"{large.file.name}.part"
    written = await asyncio.to_thread(partial.read_bytes) if wrong else b""
    assert written == large.data[: wrong * CHUNK]
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


async def test_whoever_goes_away_at_the_rename_keeps_no_old_packs_in_use(
    tmp_path: Path, shop: Shop, october: October, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_at(tmp_path / "packs")
    shop.publish(segment("2026-10", october), version=1)
    await store.take(shop.source)
    later = NOW + timedelta(hours=1)
    shop.publish(segment("2026-10", october[:1], later), version=2, issued_at=later)
    loop = asyncio.get_running_loop()
    taking = asyncio.create_task(store.take(shop.source))
    rename, renamed = PackFolder.activate, threading.Event()

    def activate(folder: PackFolder) -> None:
        loop.call_soon_threadsafe(taking.cancel)
        rename(folder)
        renamed.set()

    monkeypatch.setattr(PackFolder, "activate", activate)
    await asyncio.wait({taking})
    assert taking.cancelled()
    assert await asyncio.to_thread(renamed.wait, 10)
    assert version(store) == 1
    await store.take(shop.source)
    assert version(store) == 2
    assert not await store.take(shop.source)


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
