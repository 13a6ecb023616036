"""A peer of our own: sorted digests in bucketed Elias-Fano coding, bodies in an array beside it.

Needs no compiler and can be merged where it lies, at about five percent more bits than a pack.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.pack.registry import MISMATCH, NOT_FOUND
from helpdesk.packs.kernels import pack_words
from helpdesk.packs.records import Records

LABEL: Final = 16
_SAMPLE: Final = 64
_MASKS: Final = [(1 << bits) - 1 for bits in range(1 << 12)]


class EliasFano:
    """Ascending values: the upper bits count ones between zeros, the lower bits lie as they are."""

    def __init__(self, values: NDArray[np.uint64], buckets: int, low_bits: int) -> None:
        upper = (values >> np.uint64(low_bits)).astype(np.int64)
        bits = np.zeros(len(values) + buckets + 64, np.uint8)
        bits[upper + np.arange(len(values))] = 1
        self.upper = np.packbits(bits, bitorder="little").tobytes()
        edges = np.arange(0, buckets + _SAMPLE + 1, _SAMPLE)
        self.samples = memoryview(np.searchsorted(upper, edges).astype("<u4").tobytes()).cast("I")
        self.low = pack_words(values, low_bits).tobytes() + bytes(8)
        self.low_bits = low_bits
        self.low_mask = (1 << low_bits) - 1

    @property
    def size(self) -> int:
        return len(self.upper) + self.samples.nbytes + len(self.low)

    def lower(self, index: int) -> int:
        bit = index * self.low_bits
        octets = self.low[bit >> 3 : (bit + self.low_bits + 7) >> 3]
        return int.from_bytes(octets, "little") >> (bit & 7) & self.low_mask

    def bucket(self, number: int) -> tuple[int, int]:
        """Index of the first value of a bucket, and of the one behind its last."""
        block = number // _SAMPLE
        index = self.samples[block]
        begin = index + block * _SAMPLE
        end = self.samples[block + 1] + (block + 1) * _SAMPLE
        word = int.from_bytes(self.upper[begin >> 3 : (end >> 3) + 1], "little") >> (begin & 7)
        skip = number % _SAMPLE
        low, high = skip, end - begin
        while skip and low < high:
            middle = (low + high) >> 1
            if middle - (word & _MASKS[middle]).bit_count() < skip:
                low = middle + 1
            else:
                high = middle
        if skip:
            word >>= low
            index += low - skip
        return index, index + (~word & (word + 1)).bit_length() - 1


class EliasFanoMap:
    """The whole question over two such lists: the digests, and the places of the exceptions."""

    def __init__(self, records: Records) -> None:
        ordered = records[np.argsort(records["h"])]
        count = len(ordered)
        top = max(6, math.ceil(math.log2(count)))
        self._shift = 64 - top - LABEL
        self._members = EliasFano(ordered["h"] >> np.uint64(self._shift), 1 << top, LABEL)
        self._bodies = memoryview(ordered["body"].tobytes()).cast("I")
        places = np.flatnonzero(ordered["state"]).astype(np.uint64)
        second = max(6, math.ceil(math.log2(max(len(places), 1))))
        low_bits = max(1, math.ceil(math.log2(count)) - second)
        self._exceptions = EliasFano(places, 1 << second, low_bits)
        self._states = pack_words(ordered["state"][places.astype(np.int64)].astype(np.uint64), 3)

    @property
    def size(self) -> int:
        parts = self._members.size + self._bodies.nbytes
        return parts + self._exceptions.size + len(self._states)

    def answer(self, h: int, body: int) -> int:
        value = h >> self._shift
        result = NOT_FOUND
        for index in range(*self._members.bucket(value >> LABEL)):
            if self._members.lower(index) == value & self._members.low_mask:
                if self._bodies[index] == body:
                    return self._state(index)
                result = MISMATCH
        return result

    def _state(self, index: int) -> int:
        exceptions = self._exceptions
        for entry in range(*exceptions.bucket(index >> exceptions.low_bits)):
            if exceptions.lower(entry) == index & exceptions.low_mask:
                bit = entry * 3
                octets = self._states[bit >> 3 : (bit >> 3) + 2].tobytes()
                return int.from_bytes(octets, "little") >> (bit & 7) & 7
        return 0
