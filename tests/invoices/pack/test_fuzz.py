"""Mutated files: none is accepted, and nothing but a `PackError` comes out.

5 000 mutations here; YANPIAO_FUZZ=1000000 for as many as one has time for.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from invoices.pack import Miss, Overlay, PackError, Segment
from invoices.pack.finding import StatusCode
from invoices.verdict import State
from tests.helpdesk.packs.synthetic import (
    KEY,
    overlay_bytes,
    registry,
    resealed,
    segment_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MUTATIONS = int(os.environ.get("YANPIAO_FUZZ", "5000"))
STRIKING = (0, 1, 2, 0x3F, 0x40, 0x7F, 0x80, 0xFE, 0xFF)


def files() -> list[tuple[type[Segment | Overlay], bytes]]:
    twins = registry(40)
    twins["h"][:2] = twins["h"][0]
    return [
        (Segment, segment_bytes(registry(60))),
        (Segment, segment_bytes(twins, shard_keys=8)),
        (Segment, segment_bytes(registry(1))),
        (Segment, segment_bytes(registry(0))),
        (Overlay, overlay_bytes(twins)),
    ]


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def strike(data: bytearray, chance: random.Random) -> None:
    """Extreme values, most of them where lengths and counts are."""
    limit = 256 if chance.random() < 0.7 else len(data)
    at = chance.randrange(min(limit, len(data)))
    for i in range(at, min(at + chance.choice((1, 2, 4, 8)), len(data))):
        data[i] = chance.choice(STRIKING)


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def drop(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.randrange(1, 64)]


def repeat(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.randrange(1, 64)]


def late(data: bytearray, chance: random.Random) -> None:
    """Something in the directories, behind the functions."""
    at = max(0, len(data) - 32 - chance.randrange(1, 80))
    data[at] = chance.choice(STRIKING)


WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip,
    strike,
    cut,
    drop,
    repeat,
    late,
)


def mutated(data: bytes, chance: random.Random) -> bytes:
    new = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if new:
            chance.choice(WAYS)(new, chance)
    return bytes(new)


@pytest.mark.timeout(0)
def test_no_file_with_another_byte_is_accepted() -> None:
    chance = random.Random(1)
    originals = files()
    for _ in range(MUTATIONS // 2):
        kind, data = chance.choice(originals)
        new = mutated(data, chance)
        if new == data:
            continue
        with pytest.raises(PackError):
            kind.open(memoryview(new), [KEY])


@pytest.mark.timeout(0)
def test_a_file_whose_checksum_was_made_to_fit_breaks_nothing() -> None:
    """What a stolen signing key could do: the structure must hold by itself."""
    chance = random.Random(2)
    originals = files()
    opened = 0
    for _ in range(MUTATIONS // 2):
        kind, data = chance.choice(originals)
        new = resealed(mutated(data, chance))
        try:
            pack = kind.open(memoryview(new), [KEY])
        except PackError:
            continue
        opened += 1
        for h in (0, 1, 2**64 - 1, chance.getrandbits(64), chance.getrandbits(64)):
            said = pack.answer(h, 0, (0,)) if isinstance(pack, Segment) else pack.code(h, 0)
            assert said is None or isinstance(said, State | Miss | StatusCode)
    assert opened > MUTATIONS // 50
