"""A share of `make fuzz` in every test run, and the proof that the fuzzing can see something."""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.engine import BAD, Ending, Target, run
from tests.fuzz.mutations import mutated
from tests.fuzz.targets import shared_out, targets

ROUNDS = 20_000
NAMES = (
    *("pack file", "pack file, checksum made to fit", "list of chunks"),
    *("manifest", "manifest, signed all the same"),
    *("slip code", "slip code, its message", "slip code, signed all the same"),
    "address of a slip or record",
    *("trust list", "trust list, signed all the same", "part of the revocations"),
    *("trust list, as a file", "trust.json"),
    *("journal, head of an entry", "journal, content of an entry", "journal batch"),
    *("journal export", "journal export, sealed all the same"),
)


def test_all_targets_are_run() -> None:
    assert set(NAMES) == set(targets())
    assert sum(shared_out(1_000_003).values()) == 1_000_003


@pytest.mark.parametrize("name", NAMES)
def test_no_mutated_input_is_believed_or_breaks_anything(name: str) -> None:
    tally = run(targets()[name], shared_out(ROUNDS)[name], "every run")
    assert not tally.bad
    assert tally.endings[Ending.REFUSED] > tally.rounds // 2
    assert tally.slowest < 2.0


@pytest.mark.parametrize("form", ["", "cbor", "json"])
def test_the_same_seed_makes_the_same_inputs(form: str) -> None:
    data = [b'\xa1\x01\x82\x18\x64Da"b\xff', b'{"a": [1, "b"]}']
    made = [[mutated(data[0], data, form, Random(seed)) for seed in range(300)] for _ in range(2)]
    assert made[0] == made[1]
    assert len(set(made[0])) > 200


def test_a_reader_that_believes_or_breaks_is_found() -> None:
    def careless(data: bytes, original: bytes) -> Ending:
        if len(data) < len(original):
            raise ValueError
        if data[:4] != original[:4]:
            raise KeyError
        return Ending.ACCEPTED

    tally = run(Target("careless", [b"whatever it is"], careless, (ValueError,)), 200, "1")
    assert all(tally.endings[ending] > 10 for ending in (*BAD, Ending.REFUSED))
    assert len(tally.bad) == sum(tally.endings[ending] for ending in BAD)
