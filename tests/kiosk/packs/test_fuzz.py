"""Altered lists and packs: not one is taken, and nothing but a coded refusal comes of it.

`YANPIAO_FUZZ` sets the rounds: more of them before a release.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from helpdesk.wire import pack_manifest
from helpdesk.wire.errors import WireError
from helpdesk.wire.pack_manifest import MANIFEST_FILE
from kiosk.packs.errors import PacksError
from tests.kiosk.packs.shop import NOW as AS_OF
from tests.kiosk.packs.shop import SIGNER, Known, Shop, overlay, segment, store_at

ROUNDS = int(os.environ.get("YANPIAO_FUZZ", "3000"))


def altered(data: bytes, chance: Random) -> bytes:
    """Another sequence of bytes that was once this one."""
    copy = bytearray(data)
    match chance.randrange(6):
        case 0:
            copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
        case 1:
            del copy[chance.randrange(len(copy)) :]
        case 2:
            at = chance.randrange(len(copy))
            copy[at:at] = chance.randbytes(chance.randrange(1, 9))
        case 3:
            at = chance.randrange(len(copy))
            del copy[at : at + chance.randrange(1, 9)]
        case 4:
            at = chance.randrange(len(copy))
            part = copy[at : at + chance.randrange(1, 64)]
            to = chance.randrange(len(copy))
            copy[to : to + len(part)] = part
        case _:
            copy = bytearray(chance.randbytes(chance.randrange(1, 400)))
    return bytes(copy)


def refusal_of(action: Callable[[], object]) -> str:
    """The code it is refused with; no other error, and never none."""
    with pytest.raises(WireError) as caught:
        action()
    return caught.value.code


@pytest.fixture
def signed(shop: Shop, october: tuple[Known, ...]) -> bytes:
    changes = overlay("ovr-2026-11-24", october, AS_OF, AS_OF)
    shop.publish(segment("2026-10", october), segment("2026-09", ()), changes)
    return (shop.folder / MANIFEST_FILE).read_bytes()


def test_no_altered_list_is_genuine(signed: bytes) -> None:
    chance = Random("lists")
    keys = [SIGNER.key]
    codes: set[str] = set()
    for _ in range(ROUNDS):
        data = altered(signed, chance)
        if data == signed:
            continue
        codes.add(refusal_of(partial(pack_manifest.accept, data, keys)))
    assert {code.partition(".")[0] for code in codes} == {"manifest", "cbor", "cose"}


def test_a_list_that_lies_under_a_good_signature_is_refused_or_consistent(
    signed: bytes,
) -> None:
    """A broken server: what it signs is read strictly all the same."""
    chance = Random("liars")
    from helpdesk.wire import cose  # only here

    payload = cose.parse(signed, length=1 << 20).payload
    for _ in range(ROUNDS // 3):
        data = altered(payload, chance)
        liar = cose.sign(SIGNER, data, b"yanpiao/pack-manifest/1")
        try:
            accepted = pack_manifest.accept(liar, [SIGNER.key])
        except WireError:
            continue
        assert accepted.manifest.to_cbor() == data


async def test_no_altered_stick_is_taken(
    tmp_path: Path, shop: Shop, signed: bytes, october: tuple[Known, ...]
) -> None:
    chance = Random("sticks")
    store = store_at(tmp_path / "packs")
    codes: set[str] = set()
    files = await asyncio.to_thread(lambda: sorted(shop.folder.glob("*.fpk")))
    whole = {path: await asyncio.to_thread(path.read_bytes) for path in files}
    for _ in range(ROUNDS // 30):
        path = chance.choice(files)
        data = altered(whole[path], chance)
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
