"""Batches answer as the kiosk's reader does."""

from __future__ import annotations

import numpy as np
import pytest

from helpdesk.packs.batch_segment import MISMATCH, NOT_FOUND, BatchSegment
from helpdesk.packs.records import RECORD, Records
from invoices.pack import Miss, Segment
from invoices.pack.finding import STATES
from tests.helpdesk.packs.synthetic import KEY, registry, segment_bytes, settings

MEANING = {MISMATCH: Miss.MISMATCH, NOT_FOUND: Miss.NOT_FOUND}


def asked() -> Records:
    """Members, members with another body, and strangers."""
    members = registry(3_000)
    altered = registry(3_000)
    altered["body"] ^= 1
    return np.concatenate([members, altered, registry(3_000, seed=2)])


@pytest.mark.parametrize("shard_keys", [500, 1 << 20])
def test_batch_and_single_agree(shard_keys: int) -> None:
    data = memoryview(segment_bytes(registry(3_000), settings(label=8, body=16), shard_keys))
    segment = Segment.open(data, [KEY])
    questions = asked()
    answers = BatchSegment(data).answer(questions["h"].copy(), questions["body"])
    for question, answer in zip(questions.tolist(), answers.tolist(), strict=True):
        h, h2, said, _ = question
        expected = MEANING.get(answer) or STATES[answer]
        assert segment.answer(h, h2, (said,)) is expected


def test_wrong_members_are_counted() -> None:
    members = registry(12_000)
    batch = BatchSegment(memoryview(segment_bytes(members)))
    assert batch.wrong(members) == 0
    members["state"][:7] = 5
    assert batch.wrong(members) == 7


def test_an_empty_segment_confirms_nobody() -> None:
    batch = BatchSegment(memoryview(segment_bytes(np.empty(0, RECORD))))
    assert batch.wrong(registry(3)) == 3
