"""What the peer decides: on values alone, by the same pure domain functions as ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.wire.verification import VerificationAnswer, claim_of, from_outcome
from invoices import qr
from invoices.advice import AdviceCode, advice_for
from invoices.claim import Claim, from_qr
from invoices.comparison import compare
from invoices.errors import InvoiceError
from invoices.face import Details, details_of
from invoices.outcome import Outcome
from invoices.rules import refusal
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from helpdesk.registry.columns import Entry
    from helpdesk.wire.verification import VerificationRequest
    from invoices.crc import CrcState
    from invoices.kinds import Field
    from invoices.rules import Policy

LOOKED_FOR: Final = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Question:
    """A request that has been read; no claim for a text that could not be."""

    op_id: str
    digest: str
    asked: str
    claim: Claim | None
    crc: CrcState | None
    identity: str | None
    record: str
    at: datetime
    day: date
    sentences: Mapping[AdviceCode, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What it comes to before the day's checks of the invoice are counted."""

    verdict: Verdict
    state: State | None = None
    compared: tuple[Field, ...] = ()
    details: Details | None = None

    @property
    def counted(self) -> bool:
        return self.verdict in LOOKED_FOR


@dataclass(frozen=True, slots=True)
class Answer:
    """What leaves the server, written once: it is sealed, and sent."""

    verdict: Verdict
    state: State | None
    body: bytes
    digest: str


def claimed(request: VerificationRequest) -> tuple[Claim | None, CrcState | None]:
    """The claim of a request, and whether its code's check value fits."""
    try:
        if not request.scanned:
            return claim_of(request), None
        read = qr.read(request.payload)
        return from_qr(read), read.crc
    except InvoiceError:
        return None, None


def refused(claim: Claim | None, today: date, policy: Policy) -> Finding | None:
    """Why it is not looked up."""
    verdict = Verdict.BAD_INPUT if claim is None else refusal(claim, today, policy)
    return None if verdict is None else Finding(verdict)


def found(claim: Claim, entry: Entry | None) -> Finding:
    """The claim beside what is registered."""
    if entry is None:
        return Finding(Verdict.NOT_FOUND)
    comparison = compare(claim, entry.face)
    if not comparison.equal:
        return Finding(Verdict.MISMATCH, compared=comparison.compared)
    return Finding(Verdict.MATCH, entry.state, comparison.compared, details_of(entry.face))


def answered(question: Question, finding: Finding, checks_before: int, policy: Policy) -> Answer:
    """The answer, the daily limit included."""
    if finding.counted and policy.exhausted(checks_before):
        finding = Finding(Verdict.DAILY_LIMIT)
    source = Source.REGISTRY if finding.counted else None
    claim = question.claim
    outcome = Outcome(
        verdict=finding.verdict,
        state=finding.state,
        source=source,
        as_of=question.at if finding.counted else None,
        compared=finding.compared,
        advice=advice_for(
            finding.verdict,
            finding.state,
            kind=None if claim is None else claim.kind,
            source=source,
            compared=finding.compared,
            crc=question.crc,
        ),
        details=finding.details,
    )
    said = from_outcome(outcome, question.record, question.sentences.__getitem__)
    return Answer(finding.verdict, finding.state, said.model_dump_json().encode(), question.digest)


def kept(question: Question, answer: Answer) -> bytes:
    """What is sealed: the request and its answer."""
    return question.asked.encode() + b"\n" + answer.body


def reopened(plain: bytes, digest: str) -> Answer:
    """The answer that was given to an earlier attempt."""
    body = plain.partition(b"\n")[2]
    said = VerificationAnswer.model_validate(json.loads(body))
    return Answer(said.verdict, said.state, body, digest)
