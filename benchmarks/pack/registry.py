"""The data of the pack benchmark: uniform keyed digests, bodies and an assumed mix of states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from helpdesk.packs.records import RECORD, Records

STATE_MIX: Final = (0.980, 0.005, 0.012, 0.003)
"""Normal, voided, red, partly red: assumed, not real data."""
MISMATCH: Final = -1
NOT_FOUND: Final = -2


def limit(label: int = 16, body: int = 32) -> float:
    """Bits an invoice that no structure with these error rates goes below."""
    return label + body - sum(share * math.log2(share) for share in STATE_MIX)


def registry(count: int, seed: int = 1) -> Records:
    chance = np.random.Generator(np.random.Philox((count, seed)))
    records = np.empty(count, RECORD)
    records["h"] = chance.integers(0, 2**64, count, dtype=np.uint64)
    records["h2"] = chance.integers(0, 2**64, count, dtype=np.uint64)
    records["body"] = chance.integers(0, 2**32, count, dtype=np.uint32)
    steps = np.cumsum(STATE_MIX)[:-1]
    records["state"] = np.searchsorted(steps, chance.random(count), side="right")
    return records


@dataclass(frozen=True, slots=True)
class Question:
    h: int
    body: int
    answer: int


def accepted(records: Records, count: int = 20_000) -> list[Question]:
    """Members as they are."""
    chance = np.random.default_rng(7)
    chosen = records[chance.integers(0, len(records), count)]
    return [Question(h, body, state) for h, _, body, state in chosen.tolist()]


def rejected(records: Records, count: int = 20_000) -> list[Question]:
    """Half altered members, half strangers."""
    chance = np.random.default_rng(8)
    altered = [
        Question(question.h, question.body ^ int(chance.integers(1, 2**32)), MISMATCH)
        for question in accepted(records, count // 2)
    ]
    strangers = chance.integers(0, 2**64, count // 2, dtype=np.uint64).tolist()
    return altered + [Question(h, 1, NOT_FOUND) for h in strangers]
