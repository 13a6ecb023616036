from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest

from helpdesk.demo_data.issuer import Issuer
from helpdesk.demo_data.samples import Sample, Sampler
from helpdesk.registry.columns import Entry
from invoices import qr
from invoices.claim import from_fields, from_qr
from invoices.comparison import compare
from invoices.errors import QrError
from invoices.rules import Policy, refusal
from invoices.verdict import State, Verdict

AS_OF = date(2026, 11, 24)


def make(count: int, seed: str) -> tuple[list[Entry], list[Sample]]:
    issuer = Issuer(count, AS_OF, Random(seed))
    sampler = Sampler(AS_OF)
    entries = []
    for entry in issuer.entries():
        sampler.see(entry)
        entries.append(entry)
    return entries, list(sampler.samples(issuer.unissued))


class Judge:
    """What the rules say of a text on this day, on these entries."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = {(e.face.code, e.face.number): e for e in entries}
        self._counts: Counter[tuple[str, str]] = Counter()

    def verdict(self, payload: str) -> tuple[Verdict, State | None]:
        try:
            claim = from_qr(qr.read(payload))
        except QrError:
            return Verdict.BAD_INPUT, None
        policy = Policy()
        refused = refusal(claim, AS_OF, policy)
        if refused:
            return refused, None
        identity = (claim.code, claim.number)
        exhausted = policy.exhausted(self._counts[identity])
        self._counts[identity] += 1
        entry = self._entries.get(identity)
        if exhausted:
            return Verdict.DAILY_LIMIT, None
        if entry is None:
            return Verdict.NOT_FOUND, None
        if not compare(claim, entry.face).equal:
            return Verdict.MISMATCH, None
        return Verdict.MATCH, entry.state


@pytest.mark.parametrize("count", [100, 3_000])
@pytest.mark.parametrize("seed", ["1", "2", "x"])
def test_the_rules_give_every_sample_its_verdict(count: int, seed: str) -> None:
    entries, samples = make(count, seed)
    judge = Judge(entries)

    told = {sample.label: judge.verdict(sample.payload) for sample in samples}

    assert told == {sample.label: (sample.verdict, sample.state) for sample in samples}


def test_every_verdict_and_state_has_a_sample() -> None:
    _, samples = make(100, "1")

    verdicts = {sample.verdict for sample in samples}
    assert verdicts == set(Verdict) - {Verdict.UNAVAILABLE}
    assert {s.state for s in samples if s.verdict is Verdict.MATCH} == set(State)
    assert len({sample.label for sample in samples}) == len(samples)


def test_typed_fields_make_the_claim_of_the_scan() -> None:
    _, samples = make(400, "1")

    for sample in (s for s in samples if s.verdict is Verdict.MATCH):
        typed = from_fields(**sample.fields)
        scanned = from_qr(qr.read(sample.payload))
        assert (typed.code, typed.number) == (scanned.code, scanned.number)
        assert not typed.missing
