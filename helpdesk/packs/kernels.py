"""The compiled inner loops of the builder: mixing, solving and packing one layer of a function.

Digests, places, seeds and rows are unsigned 64-bit words throughout: numba turns a mix of signed
and unsigned into floating point, hence the typed constants.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from invoices.pack.mixing import BUCKET, GOLDEN, MIX_1, MIX_2, THRESHOLDS, WINDOW

Words: TypeAlias = NDArray[np.uint64]
Octets: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]

_MIX_1: Final = np.uint64(MIX_1)
_MIX_2: Final = np.uint64(MIX_2)
_GOLDEN: Final = np.uint64(GOLDEN)
_LOW_HALF: Final = np.uint64(0xFFFFFFFF)
_ZERO: Final = np.uint64(0)
_ONE: Final = np.uint64(1)
_THREE: Final = np.uint64(3)
_HALF: Final = np.uint64(32)
_SHIFT: Final = np.uint64(33)
_REACH: Final = BUCKET + WINDOW - 1
_OCTET: Final = 8
_LIMITS: Final = np.array(THRESHOLDS, np.int64)
# A de Bruijn sequence: each of its 64 windows of six bits is another number.
_DE_BRUIJN: Final = np.uint64(0x03F79D71B4CB0A89)
_DE_BRUIJN_SHIFT: Final = np.uint64(58)
_BIT_OF: Final = np.array(
    [i for _, i in sorted((0x03F79D71B4CB0A89 << i & (1 << 64) - 1, i) for i in range(64))],
    np.int64,
)


@njit(cache=True)
def mix(value: np.uint64) -> np.uint64:
    """`invoices.pack.mixing.mix64`."""
    value = (value ^ (value >> _SHIFT)) * _MIX_1
    value = (value ^ (value >> _SHIFT)) * _MIX_2
    return value ^ (value >> _SHIFT)


@njit(cache=True)
def scaled(place: np.uint64, slots: np.uint64) -> np.int64:
    """The upper 64 bits of place * slots, for less than 2^32 slots."""
    low = (place & _LOW_HALF) * slots
    return np.int64(((place >> _HALF) * slots + (low >> _HALF)) >> _HALF)


@njit(cache=True)
def lowest_bit(word: np.uint64) -> np.int64:
    """The position of the lowest one of a word that is not 0."""
    alone = word & (~word + _ONE)
    bit: np.int64 = _BIT_OF[np.int64((alone * _DE_BRUIJN) >> _DE_BRUIJN_SHIFT)]
    return bit


@njit(cache=True)
def mix_all(digests: Words, seed: np.uint64) -> Words:
    """The places of digests in a layer whose seed byte is not 0."""
    places = np.empty_like(digests)
    for i in range(len(digests)):
        places[i] = mix(digests[i] + seed)
    return places


@njit(cache=True)
def solve(  # noqa: C901, PLR0915 - one loop over one state, see below
    places: Words, digests: Words, values: Words, seed: np.uint64, slots: int
) -> tuple[Words, Octets, Flags]:
    """Rows, threshold of each bucket, and which keys were bumped. `places` must be ascending.

    In one piece, as the compiler sees it: the state of the elimination (rows, their coefficients,
    what this bucket has placed) would be nine arguments of every part. A bucket's keys go in from
    the highest start down, so that a key which contradicts the rows bumps the lowest starts only.
    """
    count = len(digests)
    buckets = (slots + BUCKET - 1) // BUCKET
    size = slots + WINDOW - 1
    coefficients = np.zeros(size, np.uint64)
    rows = np.zeros(size, np.uint64)
    thresholds = np.zeros(buckets, np.uint8)
    bumped = np.zeros(count, np.bool_)
    placed_rows = np.empty(_REACH, np.int64)
    placed_starts = np.empty(_REACH, np.int64)
    starts = np.empty(count, np.int64)
    for i in range(count):
        starts[i] = scaled(places[i], np.uint64(slots))
    first = 0
    for bucket in range(buckets):
        base = bucket * BUCKET
        last = first
        while last < count and starts[last] < base + BUCKET:
            last += 1
        placed = 0
        failed = -1
        for i in range(last - 1, first - 1, -1):
            row = starts[i]
            left = mix(digests[i] ^ seed) | _ONE
            right = values[i]
            while left != _ZERO:
                pivot = coefficients[row]
                if pivot == _ZERO:
                    coefficients[row] = left
                    rows[row] = right
                    placed_rows[placed] = row
                    placed_starts[placed] = starts[i]
                    placed += 1
                    break
                left ^= pivot
                right ^= rows[row]
                if left != _ZERO:
                    step = lowest_bit(left)
                    left >>= np.uint64(step)
                    row += step
            if left == _ZERO and right != _ZERO:
                failed = starts[i] - base
                break
        if failed >= 0:
            choice = 0
            while _LIMITS[choice] <= failed:
                choice += 1
            thresholds[bucket] = choice
            limit = base + _LIMITS[choice]
            while placed > 0 and placed_starts[placed - 1] < limit:
                placed -= 1
                coefficients[placed_rows[placed]] = _ZERO
                rows[placed_rows[placed]] = _ZERO
            for i in range(first, last):
                bumped[i] = starts[i] < limit
        first = last
    substitute(coefficients, rows, seed)
    return rows, thresholds, bumped


@njit(cache=True)
def substitute(coefficients: Words, rows: Words, seed: np.uint64) -> None:
    """Solve from the last row up, in place. A free row gets noise, so that no row stands out."""
    for row in range(len(rows) - 1, -1, -1):
        left = coefficients[row]
        if left == _ZERO:
            rows[row] = mix(seed + _GOLDEN * np.uint64(row))
            continue
        value = rows[row]
        left ^= _ONE
        while left != _ZERO:
            value ^= rows[row + lowest_bit(left)]
            left &= left - _ONE
        rows[row] = value


@njit(cache=True)
def pack_words(words: Words, width: int) -> Octets:
    """The lowest `width` bits (at most 56) of each word, lowest bit first, without gaps."""
    octets = np.zeros((len(words) * width + 7) // 8, np.uint8)
    mask = (_ONE << np.uint64(width)) - _ONE
    waiting = _ZERO
    bits = 0
    at = 0
    for i in range(len(words)):
        waiting |= (words[i] & mask) << np.uint64(bits)
        bits += width
        while bits >= _OCTET:
            octets[at] = np.uint8(waiting & np.uint64(255))
            waiting >>= np.uint64(8)
            bits -= _OCTET
            at += 1
    if bits:
        octets[at] = np.uint8(waiting & np.uint64(255))
    return octets


@njit(cache=True)
def pack_pairs(choices: Octets) -> Octets:
    """Two bits of each, lowest first."""
    octets = np.zeros((len(choices) + 3) // 4, np.uint8)
    for i in range(len(choices)):
        octets[i >> 2] |= choices[i] << ((i & 3) * 2)
    return octets


@njit(cache=True)
def read_word(octets: Octets, bit: int) -> np.uint64:
    """At least 56 bits from a bit position; bytes behind the end count as 0."""
    at = bit >> 3
    word = _ZERO
    for i in range(min(8, len(octets) - at)):
        word |= np.uint64(octets[at + i]) << np.uint64(8 * i)
    return word >> np.uint64(bit & 7)


@njit(cache=True)
def look_up(
    digests: Words,
    octets: Octets,
    width: int,
    shard_bits: int,
    firsts: NDArray[np.int64],
    seeds: Words,
    layers: NDArray[np.int64],
) -> Words:
    """Values of digests from packed rows; `layers` holds natural, slots, rows, meta of each."""
    found = np.zeros(len(digests), np.uint64)
    mask = (_ONE << np.uint64(width)) - _ONE
    for i in range(len(digests)):
        digest = digests[i]
        shard = np.int64(digest >> np.uint64(64 - shard_bits)) if shard_bits else 0
        for layer in range(firsts[shard], firsts[shard + 1]):
            natural, slots, rows_at, meta_at = layers[layer]
            place = digest << np.uint64(shard_bits) if natural else mix(digest + seeds[layer])
            start = scaled(place, np.uint64(slots))
            choice = (octets[meta_at + (start >> 8)] >> (start >> 5 & 6)) & 3
            if (start & 63) < _LIMITS[choice]:
                continue
            left = mix(digest ^ seeds[layer]) | _ONE
            value = _ZERO
            while left != _ZERO:
                row = start + lowest_bit(left)
                value ^= read_word(octets, rows_at * 8 + row * width)
                left &= left - _ONE
            found[i] = value & mask
            break
    return found
