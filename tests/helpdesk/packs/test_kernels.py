"""The compiled loops do what the format says, in plain integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.packs import kernels
from invoices.pack.mixing import mix64, seed_of

WORDS = st.integers(0, 2**64 - 1)


@given(WORDS, st.integers(1, 2**32 - 1))
def test_words(word: int, slots: int) -> None:
    assert int(kernels.mix(np.uint64(word))) == mix64(word)
    assert int(kernels.scaled(np.uint64(word), np.uint64(slots))) == word * slots >> 64
    if word:
        assert 1 << int(kernels.lowest_bit(np.uint64(word))) == word & -word


def test_places() -> None:
    digests = np.array([0, 1, 2**64 - 1], np.uint64)
    places = kernels.mix_all(digests, np.uint64(seed_of(1)))
    assert places.tolist() == [mix64(h + seed_of(1) & 2**64 - 1) for h in digests.tolist()]


@given(st.lists(WORDS, max_size=40), st.integers(1, 56))
def test_rows_are_packed_lowest_bit_first(words: list[int], width: int) -> None:
    octets = kernels.pack_words(np.array(words, np.uint64), width).tobytes()
    packed = sum((word & (1 << width) - 1) << width * i for i, word in enumerate(words))
    assert octets == packed.to_bytes((len(words) * width + 7) // 8, "little")
    assert int(kernels.read_word(np.frombuffer(octets + b"\x00", np.uint8), 0)) & 1 == packed & 1


@given(st.lists(st.integers(0, 3), max_size=40))
def test_pairs_are_packed_lowest_first(choices: list[int]) -> None:
    octets = kernels.pack_pairs(np.array(choices, np.uint8)).tobytes()
    packed = sum(choice << 2 * i for i, choice in enumerate(choices))
    assert octets == packed.to_bytes((len(choices) + 3) // 4, "little")


@pytest.mark.parametrize("slots", [1, 63, 64, 65, 1_000])
def test_a_layer_gives_back_what_it_did_not_bump(slots: int) -> None:
    chance = np.random.default_rng(slots)
    digests = np.sort(chance.integers(0, 2**64, slots + 50, dtype=np.uint64))
    values = chance.integers(0, 2**48, len(digests), dtype=np.uint64)
    seed = np.uint64(seed_of(0))
    rows, thresholds, bumped = kernels.solve(digests, digests, values, seed, slots)
    assert len(rows) == slots + 63
    assert len(thresholds) == -(-slots // 64)
    assert not bumped.all()
    solved = rows.tolist()
    for h, value in zip(digests[~bumped].tolist(), values[~bumped].tolist(), strict=True):
        start = h * slots >> 64
        chosen = mix64(h ^ seed_of(0)) | 1
        got = 0
        for bit in range(64):
            got ^= solved[start + bit] if chosen >> bit & 1 else 0
        assert got == value
