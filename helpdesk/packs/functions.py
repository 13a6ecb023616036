"""Functions written to a file, and asked in batches while the pack is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from helpdesk.packs import kernels
from helpdesk.packs.shards import SHARD_KEYS, cut, directory_entry, shard_bits_for, solve_shard
from invoices.pack.directory import read_directory
from invoices.pack.header import SectionKind, SectionRecord, padding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk.packs.kernels import Octets, Words


@dataclass(frozen=True, slots=True)
class Written:
    """A function in a file: its record, its directory, and where its data start."""

    record: SectionRecord
    directory: bytes
    data_at: int


def write_function(
    out: BinaryIO,
    kind: SectionKind,
    width: int,
    keys: int,
    pieces: Iterable[tuple[Words, Words]],
    shard_keys: int = SHARD_KEYS,
) -> Written:
    """Write the function of ascending distinct digests behind what is in the file.

    Raises:
        PacksError: `packs.unplaced`, `packs.count`.
    """
    out.write(bytes(padding(out.tell())))
    data_at = out.tell()
    shard_bits = shard_bits_for(keys, shard_keys)
    entries = []
    for digests, values in cut(pieces, shard_bits):
        layers = solve_shard(digests, values, width, shard_bits)
        entries.append(directory_entry(layers))
        for layer in layers:
            out.write(layer.rows)
            out.write(layer.thresholds)
    directory = b"".join(entries)
    data_len = out.tell() - data_at
    record = SectionRecord(kind, width, shard_bits, len(directory), keys, data_len)
    return Written(record, directory, data_at)


class BatchFunction:
    """A written function over the bytes of its file, or of its data alone with `data_at` 0."""

    def __init__(
        self, octets: Octets, record: SectionRecord, directory: bytes, data_at: int
    ) -> None:
        shards = read_directory(memoryview(directory), record, data_at)
        layers = [layer for shard in shards for layer in shard]
        self._octets = octets
        self._record = record
        self._firsts = np.cumsum([0, *(len(shard) for shard in shards)])
        self._seeds = np.array([layer[0] for layer in layers], np.uint64)
        self._layers = np.array([layer[1:] for layer in layers], np.int64).reshape(-1, 4)

    def get(self, digests: Words) -> Words:
        """The value of each digest."""
        return kernels.look_up(
            digests,
            self._octets,
            self._record.width,
            self._record.shard_bits,
            self._firsts,
            self._seeds,
            self._layers,
        )


def read_back(out: BinaryIO, written: Written) -> BatchFunction:
    """A function just written, for batches. Leaves the file at its end."""
    out.seek(written.data_at)
    octets = np.frombuffer(out.read(written.record.data_len), np.uint8)
    out.seek(0, 2)
    return BatchFunction(octets, written.record, written.directory, 0)
