"""Sticks with altered files: not one is taken, and nothing but a coded refusal comes of it.

`FUZZ_ROUNDS` sets how many; `make fuzz` does so.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from random import Random

import pytest

from kiosk.packs.errors import PacksError
from tests.fuzz.mutations import mutated
from tests.kiosk.packs.shop import NOW, Known, Shop, overlay, segment, store_at

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "100"))


@pytest.mark.timeout(0)
async def test_no_altered_stick_is_taken(
    tmp_path: Path, shop: Shop, october: tuple[Known, ...]
) -> None:
    chance = Random("sticks")
    changes = overlay("ovr-2026-11-24", october, NOW, NOW)
    shop.publish(segment("2026-10", october), segment("2026-09", ()), changes)
    store = store_at(tmp_path / "packs")
    codes: set[str] = set()
    files = await asyncio.to_thread(lambda: sorted(shop.folder.glob("*.fpk")))
    whole = {path: await asyncio.to_thread(path.read_bytes) for path in files}
    for _ in range(ROUNDS):
        path = chance.choice(files)
        data = mutated(whole[path], [*whole.values()], "", chance)
        if data == whole[path]:
            continue
        await asyncio.to_thread(path.write_bytes, data)
        with pytest.raises(PacksError) as caught:
            await store.take(shop.source)
        codes.add(caught.value.code)
        await store.wipe()
        await asyncio.to_thread(path.write_bytes, whole[path])
    assert codes <= {"pack.chunk", "pack.source"}
    assert await store.take(shop.source)
