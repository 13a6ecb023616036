"""One function, shard by shard and layer by layer.

The sizes come from a grid of measurements: see `docs/pack-format.md`, "Building".
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from helpdesk.packs import kernels
from helpdesk.packs.errors import PacksError
from invoices.pack.directory import MOST_LAYERS, MOST_SHARD_BITS
from invoices.pack.mixing import WINDOW, seed_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from helpdesk.packs.kernels import Words

SHARD_KEYS: Final = 1 << 20
_LARGE: Final = 1_000
_OVERLOAD: Final = 0.08
_TAIL: Final = 60
_SEEDS: Final = 256
_LAYER: Final = struct.Struct("<BI")


def shard_bits_for(keys: int, shard_keys: int = SHARD_KEYS) -> int:
    """So many that a shard holds about `shard_keys`. Raises `PacksError` `packs.count`."""
    bits = max(0, round(math.log2(max(keys, 1) / shard_keys)))
    if bits > MOST_SHARD_BITS:
        raise PacksError("packs.count")
    return bits


@dataclass(frozen=True, slots=True)
class Layer:
    """A solved layer, packed."""

    index: int
    slots: int
    rows: bytes
    thresholds: bytes


def directory_entry(layers: list[Layer]) -> bytes:
    """A count, then seed byte and slots of each layer."""
    sizes = b"".join(_LAYER.pack(layer.index, layer.slots) for layer in layers)
    return bytes((len(layers),)) + sizes


def cut(pieces: Iterable[tuple[Words, Words]], shard_bits: int) -> Iterator[tuple[Words, Words]]:
    """Sorted digests with their values, cut anew into the 2^shard_bits shards."""
    shard = 0
    waiting: list[tuple[Words, Words]] = []
    for digests, values in pieces:
        ends = np.arange(shard + 1, 1 << shard_bits, dtype=np.uint64)
        edges = np.searchsorted(digests, ends << np.uint64(64 - shard_bits)) if len(ends) else ends
        start = 0
        for edge in edges[edges < len(digests)]:
            waiting.append((digests[start:edge], values[start:edge]))
            yield _together(waiting)
            waiting = []
            start = int(edge)
            shard += 1
        waiting.append((digests[start:], values[start:]))
    yield _together(waiting)
    for _ in range(shard + 1, 1 << shard_bits):
        yield _together([])


def _together(parts: list[tuple[Words, Words]]) -> tuple[Words, Words]:
    none = np.empty(0, np.uint64)
    digests = np.concatenate([none, *(digests for digests, _ in parts)])
    return digests, np.concatenate([none, *(values for _, values in parts)])


def solve_shard(digests: Words, values: Words, width: int, shard_bits: int) -> list[Layer]:
    """The layers of one shard, from ascending distinct digests.

    Large layers get fewer slots than keys and bump what does not fit; the rest of fewer than a
    thousand is tried under one seed after another until a layer takes it whole.

    Raises:
        PacksError: `packs.unplaced` if no seed does, which distinct digests never meet.
    """
    layers: list[Layer] = []
    attempt = 0
    for index in range(_SEEDS):
        keys = len(digests)
        if keys == 0:
            break
        whole = keys < _LARGE
        slots = keys + 2 + attempt * (1 + keys // _SEEDS) - WINDOW + 1
        if not whole:
            slots = int(keys * (1 - _OVERLOAD)) - _TAIL
        slots = max(1, slots)
        places, digests, values = _placed(digests, values, index, shard_bits)
        seed = np.uint64(seed_of(index))
        rows, thresholds, bumped = kernels.solve(places, digests, values, seed, slots)
        if whole and bumped.any():
            attempt += 1
            continue
        packed = kernels.pack_words(rows, width).tobytes()
        layers.append(Layer(index, slots, packed, kernels.pack_pairs(thresholds).tobytes()))
        digests, values = digests[bumped], values[bumped]
    if len(digests) or len(layers) > MOST_LAYERS:
        raise PacksError("packs.unplaced")
    return layers


def _placed(
    digests: Words, values: Words, index: int, shard_bits: int
) -> tuple[Words, Words, Words]:
    """Places in a layer, ascending, with their digests and values."""
    if index == 0:
        return digests << np.uint64(shard_bits), digests, values
    places = kernels.mix_all(digests, np.uint64(seed_of(index)))
    order = np.argsort(places)
    return places[order], digests[order], values[order]
