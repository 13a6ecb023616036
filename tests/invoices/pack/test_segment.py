"""A segment answers as a dictionary would, but for the chances that its widths state."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.packs.records import Records
from invoices.pack import Miss, Segment
from invoices.pack.finding import STATES
from invoices.pack.mixing import first_coefficients
from invoices.verdict import State
from tests.helpdesk.packs.synthetic import KEY, registry, segment_bytes, settings


def opened(
    records: Records, *, label: int = 16, body: int = 32, shard_keys: int = 1 << 20
) -> Segment:
    data = segment_bytes(records, settings(label=label, body=body), shard_keys)
    return Segment.open(memoryview(data), [KEY])


def members(records: Records) -> list[tuple[int, int, int, int]]:
    return [(int(r["h"]), int(r["h2"]), int(r["body"]), int(r["state"])) for r in records]


@given(
    count=st.one_of(st.integers(0, 3), st.integers(4, 400)),
    seed=st.integers(0, 2**32),
    label=st.sampled_from((0, 1, 8, 16)),
    body=st.sampled_from((16, 20, 24, 32)),
    shard_keys=st.sampled_from((8, 64, 1 << 20)),
    exceptions=st.sampled_from((0.0, 0.02, 0.2, 0.25)),
)
def test_every_member_gives_its_state(
    count: int, seed: int, label: int, body: int, shard_keys: int, exceptions: float
) -> None:
    mix = (1 - 4 * exceptions, *(exceptions,) * 4)
    records = registry(count, seed, mix)
    segment = opened(records, label=label, body=body, shard_keys=shard_keys)
    other = Miss.MISMATCH if label else Miss.UNMATCHED
    for h, h2, said, state in members(records):
        assert segment.answer(h, h2, (said,)) is STATES[state]
        assert segment.answer(h, h2, (said ^ 1, said)) is STATES[state]
        assert segment.answer(h, h2, (said ^ 1,)) is other
        assert segment.answer(h, h2, ()) is other


def test_all_of_twenty_thousand_in_several_shards() -> None:
    records = registry(20_000)
    segment = opened(records, shard_keys=3_000)
    assert segment.header.sections[0].shard_bits == 3
    for h, h2, said, state in members(records):
        assert segment.answer(h, h2, (said,)) is STATES[state]


@pytest.mark.parametrize(("label", "body"), [(4, 16), (8, 16), (8, 20)])
def test_invented_invoices_meet_the_label_as_often_as_its_width_says(label: int, body: int) -> None:
    segment = opened(registry(2_000), label=label, body=body)
    chance = np.random.default_rng(5)
    asked = 40_000
    answers = [
        segment.answer(h, 0, (said,))
        for h, said in zip(
            chance.integers(0, 2**64, asked, dtype=np.uint64).tolist(),
            chance.integers(0, 2**32, asked, dtype=np.uint64).tolist(),
            strict=True,
        )
    ]
    labelled = sum(answer is not Miss.NOT_FOUND for answer in answers)
    mean = asked / 2**label
    assert abs(labelled - mean) < 5 * mean**0.5
    accepted = sum(isinstance(answer, State) for answer in answers)
    assert accepted <= 5  # asked / 2^(label + body) is at most 0.04


def test_altered_invoices_are_accepted_as_often_as_the_body_width_says() -> None:
    records = registry(4_000)
    segment = opened(records, body=16)
    chance = np.random.default_rng(6)
    accepted = 0
    for h, h2, said, _ in members(records):
        guesses = tuple(chance.integers(0, 2**32, 64, dtype=np.uint64).tolist())
        others = tuple(guess for guess in guesses if guess & 0xFFFF != said & 0xFFFF)
        assert segment.answer(h, h2, others) is Miss.MISMATCH
        accepted += len(guesses) - len(others)
    assert 0 < accepted < 15  # 256 000 guesses at 2^-16: 3.9


def twins() -> Records:
    """Three invoices with one `h` between them, and a lonely one."""
    records = registry(4)
    records["h"][:3] = records["h"][0]
    records["state"] = (0, 1, 4, 2)
    return records


@pytest.mark.parametrize("body", [20, 32])
def test_invoices_that_share_their_digest_are_told_apart(body: int) -> None:
    records = twins()
    segment = opened(records, body=body)
    assert segment.header.spilled == 3
    for h, h2, said, state in members(records):
        assert segment.answer(h, h2, (said,)) is STATES[state]
        assert segment.answer(h, h2, (said ^ 1,)) is Miss.MISMATCH
    assert segment.answer(int(records["h"][0]), 12345, (int(records["body"][0]),)) is Miss.NOT_FOUND


def test_without_a_label_no_rejection_claims_to_know_more() -> None:
    segment = opened(twins(), label=0)
    h = int(twins()["h"][0])
    assert segment.answer(h, 12345, (1,)) is Miss.UNMATCHED
    assert not segment.knows(h, int(twins()["h2"][0]))
    assert not segment.labelled


def test_an_empty_segment_knows_nothing() -> None:
    segment = opened(registry(0))
    assert segment.answer(1, 2, (3,)) is Miss.NOT_FOUND
    assert segment.header.count == 0


def test_a_mapped_file_can_be_let_go(tmp_path: Path) -> None:
    """An update swaps files: the reader must hold no view of its own on the old one."""
    records = twins()
    path = tmp_path / "2026-03.fpk"
    path.write_bytes(segment_bytes(records))
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(mapped)
    segment = Segment.open(view, [KEY])
    h, h2, said, state = members(records)[3]
    assert segment.answer(h, h2, (said,)) is STATES[state]
    view.release()
    mapped.close()
    with pytest.raises(ValueError, match="released"):
        segment.answer(h, h2, (said,))


def test_a_stranger_who_meets_label_and_body_by_chance_gets_a_state_that_exists() -> None:
    """Three bits name eight states and there are five: the others are no member's."""
    segment = opened(registry(2_000), label=0, body=16)
    assert segment._main is not None
    answers = set()
    for h in np.random.default_rng(3).integers(0, 2**64, 4_000, dtype=np.uint64).tolist():
        body = segment._main(h, first_coefficients(h))
        answers.add(segment.answer(h, 0, (body,)))
    assert answers == {*STATES, Miss.NOT_FOUND}
