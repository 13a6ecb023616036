"""Where the layers of a function lie: read once, every length checked against the others."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, TypeAlias

from invoices.pack.errors import PackError, PackFault
from invoices.pack.mixing import BUCKET, WINDOW, seed_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoices.pack.header import SectionRecord

Layer: TypeAlias = tuple[int, bool, int, int, int]
"""Seed, whether the digest is its own place, slots, first byte of the rows, of the thresholds."""
Shard: TypeAlias = tuple[Layer, ...]

MOST_LAYERS: Final = 16
MOST_SHARD_BITS: Final = 20
_LAYER: Final = struct.Struct("<BI")


def rows_len(slots: int, width: int) -> int:
    """Bytes of a layer's rows: the last window starts at the last slot."""
    return ((slots + WINDOW - 1) * width + 7) // 8


def meta_len(slots: int) -> int:
    """Bytes of a layer's thresholds: two bits a bucket."""
    buckets = (slots + BUCKET - 1) // BUCKET
    return (buckets + 3) // 4


def read_directory(directory: memoryview, record: SectionRecord, data_at: int) -> tuple[Shard, ...]:
    """The shards of one section whose data start at `data_at` in the file.

    Raises:
        PackError: `pack.layout` unless directory and data are exactly as long as stated.
    """
    if record.shard_bits > MOST_SHARD_BITS or 1 << record.shard_bits > len(directory):
        raise PackError(PackFault.LAYOUT)
    at = 0
    here = data_at
    shards: list[Shard] = []
    for _ in range(1 << record.shard_bits):
        entry = _entry(directory, at)
        at += len(entry)
        layers: list[Layer] = []
        for index, slots in _layers(entry):
            meta_at = here + rows_len(slots, record.width)
            layers.append((seed_of(index), index == 0, slots, here, meta_at))
            here = meta_at + meta_len(slots)
        shards.append(tuple(layers))
    if at != len(directory) or here != data_at + record.data_len:
        raise PackError(PackFault.LAYOUT)
    return tuple(shards)


def _entry(directory: memoryview, at: int) -> memoryview:
    """The bytes of one shard: a count, and five bytes a layer."""
    if at >= len(directory) or directory[at] > MOST_LAYERS:
        raise PackError(PackFault.LAYOUT)
    end = at + 1 + directory[at] * _LAYER.size
    if end > len(directory):
        raise PackError(PackFault.LAYOUT)
    return directory[at:end]


def _layers(entry: memoryview) -> Iterator[tuple[int, int]]:
    """Seed byte and slots of each layer."""
    for index, slots in _LAYER.iter_unpack(entry[1:]):
        if slots == 0:
            raise PackError(PackFault.LAYOUT)
        yield index, slots
