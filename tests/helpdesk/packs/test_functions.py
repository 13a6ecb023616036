"""Functions as the builder writes them: any set of keys, any cut, the kiosk's reader agrees."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.packs.errors import PacksError
from helpdesk.packs.functions import read_back, write_function
from helpdesk.packs.shards import cut, shard_bits_for
from invoices.pack.directory import read_directory
from invoices.pack.function import Function
from invoices.pack.header import SectionKind
from invoices.pack.mixing import first_coefficients


@given(
    count=st.integers(0, 700),
    seed=st.integers(0, 2**32),
    width=st.sampled_from((3, 6, 16, 35, 40, 48)),
    shard_keys=st.sampled_from((16, 200, 1 << 20)),
)
def test_batch_and_kiosk_read_the_same(count: int, seed: int, width: int, shard_keys: int) -> None:
    chance = np.random.default_rng(seed)
    digests = np.sort(chance.integers(0, 2**64, count, dtype=np.uint64))
    values = chance.integers(0, 2**width, count, dtype=np.uint64)
    out = io.BytesIO()
    written = write_function(out, SectionKind.MAIN, width, count, [(digests, values)], shard_keys)
    assert written.record.data_len == len(out.getvalue())
    shards = read_directory(memoryview(written.directory), written.record, 0)
    reader = Function(memoryview(out.getvalue()), shards, written.record.shard_bits, width)
    batch = read_back(out, written)
    absent = chance.integers(0, 2**64, 50, dtype=np.uint64)
    asked = np.concatenate([digests, absent])
    got = batch.get(asked)
    assert got[:count].tolist() == values.tolist()
    assert got.tolist() == [reader.get(h, first_coefficients(h)) for h in asked.tolist()]


@given(
    count=st.integers(0, 60),
    edges=st.lists(st.integers(0, 60), max_size=5),
    shard_bits=st.integers(0, 5),
)
def test_pieces_are_cut_into_shards_wherever_they_end(
    count: int, edges: list[int], shard_bits: int
) -> None:
    digests = np.sort(np.random.default_rng(count).integers(0, 2**64, count, dtype=np.uint64))
    ends = [0, *sorted(min(edge, count) for edge in edges), count]
    pieces = [(digests[a:b], digests[a:b]) for a, b in itertools.pairwise(ends)]
    shards = list(cut(pieces, shard_bits))
    assert len(shards) == 1 << shard_bits
    for shard, (inside, _) in enumerate(shards):
        assert all(h >> (64 - shard_bits) == shard for h in inside.tolist())
    assert np.concatenate([inside for inside, _ in shards]).tolist() == digests.tolist()


def test_a_shard_holds_about_a_million_keys() -> None:
    assert [shard_bits_for(n) for n in (0, 1, 10**6, 1_400_000, 1_500_000, 10**7, 10**9)] == [
        *(0, 0, 0, 0, 1, 3, 10)
    ]
    with pytest.raises(PacksError):
        shard_bits_for(2**41)


def test_small_functions_waste_little() -> None:
    """Bits of one key over the bits of its value, at 48 bits: what small segments weigh."""
    for count, at_most in ((100, 60), (1_000, 50), (20_000, 48.4)):
        digests = np.sort(np.random.default_rng(3).integers(0, 2**64, count, dtype=np.uint64))
        out = io.BytesIO()
        values = digests & np.uint64(2**48 - 1)
        write_function(out, SectionKind.MAIN, 48, count, [(digests, values)])
        assert len(out.getvalue()) * 8 / count < at_most
