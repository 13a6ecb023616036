"""One retrieval function in a file: digest in, value out, in pure Python.

A value is the XOR of at most 64 consecutive rows, chosen by 64 bits of the mixed digest (bumped
ribbon retrieval, arXiv 2109.01892). A member gives its stored value, any other digest a
pseudo-random one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from invoices.pack.mixing import MASK64, MIX_1, MIX_2, THRESHOLDS, coefficients

if TYPE_CHECKING:
    from invoices.pack.directory import Shard

_FROM_BYTES: Final = int.from_bytes


@cache
def row_masks(width: int) -> tuple[int, ...]:
    """For each byte of coefficients, ones over the rows (of `width` bits) that it chooses."""
    row = (1 << width) - 1
    return tuple(
        sum(row << (width * bit) for bit in range(8) if byte >> bit & 1) for byte in range(256)
    )


class Function:
    """A function over a checked directory; see `invoices.pack.directory.read_directory`."""

    __slots__ = ("_buffer", "_masks", "_row", "_shard_bits", "_shards", "_shift", "_width")

    def __init__(
        self, buffer: memoryview, shards: tuple[Shard, ...], shard_bits: int, width: int
    ) -> None:
        self._buffer = buffer
        self._shards = shards
        self._shard_bits = shard_bits
        self._shift = 64 - shard_bits
        self._width = width
        self._row = (1 << width) - 1
        self._masks = row_masks(width)

    def get(self, digest: int, first: bytes) -> int:
        """The value of a digest; 0 if no layer claims it.

        `first` is `first_coefficients(digest)`, which the functions of a pack share. Written flat,
        in one piece: this is the kiosk's hot path, where a call or a loop over the eight groups of
        rows costs as much as the rest.
        """
        width = self._width
        buffer = self._buffer
        for seed, natural, slots, rows_at, meta_at in self._shards[digest >> self._shift]:
            if natural:
                place = (digest << self._shard_bits) & MASK64
            else:
                place = (digest + seed) & MASK64
                place = (place ^ (place >> 33)) * MIX_1 & MASK64
                place = (place ^ (place >> 33)) * MIX_2 & MASK64
                place ^= place >> 33
            start = (place * slots) >> 64
            choice = buffer[meta_at + (start >> 8)] >> (start >> 5 & 6) & 3
            if choice and start & 63 < THRESHOLDS[choice]:
                continue  # bumped to the next layer
            c0, c1, c2, c3, c4, c5, c6, c7 = first if natural else coefficients(digest, seed)
            bit = start * width
            at = rows_at + (bit >> 3)
            group = 8 * width
            rows = _FROM_BYTES(buffer[at : at + group + 1], "little") >> (bit & 7)
            half = rows >> 4 * group
            masks = self._masks
            folded = (
                (rows & masks[c0])
                ^ (rows >> group & masks[c1])
                ^ (rows >> 2 * group & masks[c2])
                ^ (rows >> 3 * group & masks[c3])
                ^ (half & masks[c4])
                ^ (half >> group & masks[c5])
                ^ (half >> 2 * group & masks[c6])
                ^ (half >> 3 * group & masks[c7])
            )
            folded ^= folded >> 4 * width
            folded ^= folded >> 2 * width
            return (folded ^ folded >> width) & self._row
        return 0
