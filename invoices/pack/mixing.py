"""How a 64-bit digest chooses its place and its rows. Constants of the format."""

from __future__ import annotations

from typing import Final

MASK64: Final = (1 << 64) - 1
GOLDEN: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xFF51AFD7ED558CCD
MIX_2: Final = 0xC4CEB9FE1A85EC53

BUCKET: Final = 64
"""Slots that share one bump threshold."""
WINDOW: Final = 64
"""Rows that one key may combine."""
THRESHOLDS: Final = (0, 9, 25, 64)
"""Starts below it in a bucket are bumped to the next layer; chosen by two bits a bucket."""


def seed_of(index: int) -> int:
    """The 64-bit seed of a layer's seed byte."""
    return GOLDEN * (index + 1) & MASK64


def mix64(value: int) -> int:
    """The 64-bit finaliser of MurmurHash3: a bijection that spreads every bit."""
    value ^= value >> 33
    value = value * MIX_1 & MASK64
    value ^= value >> 33
    value = value * MIX_2 & MASK64
    return value ^ (value >> 33)


def coefficients(digest: int, seed: int) -> bytes:
    """Which of the 64 rows from its start a digest combines: a bit each, the first always."""
    return (mix64(digest ^ seed) | 1).to_bytes(8, "little")


def first_coefficients(digest: int) -> bytes:
    """The same for seed byte 0."""
    return coefficients(digest, GOLDEN)
