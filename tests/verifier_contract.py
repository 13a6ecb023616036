"""What every verifier keeps to, whoever it asks: one suite, run over each implementation.

A verifier takes an operation id, a claim and a deadline in seconds and returns an outcome.
Subclass `VerifierContract` as `Test...` with a fixture `subject`: a `Subject` whose verifier
knows exactly `known_invoices(today)` and keeps all rules, the daily limit of five included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.wire import op_id
from invoices.advice import advice_for
from invoices.claim import Claim, from_face
from invoices.dates import years_before
from invoices.face import Face, details_of
from invoices.kinds import Field, Kind, rule_of
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

PATIENCE = 30.0
DAILY_LIMIT = 5
_TAX_ID = "91110000DEM00001XX"


def _face(kind: Kind, code: str, number: str, issued_on: date, check_code: str = "") -> Face:
    return Face(
        kind=kind,
        code=code,
        number=number,
        issued_on=issued_on,
        net=10_000,
        tax=600,
        total=10_600,
        check_code=check_code,
        seller_tax_id=_TAX_ID,
        seller_name="示例合同有限公司",
        buyer_name="个人",
    )


def known_invoices(today: date) -> dict[str, tuple[Face, State]]:
    """The invoices of the contract by the name its tests use."""
    day = today - timedelta(30)
    yy = f"{today:%y}"
    known = {
        state.value: (_face(Kind.DIGITAL_ORDINARY, "", f"{yy}1120000000000010{i:02d}", day), state)
        for i, state in enumerate(State)
    }
    check = "12345678901234567890"
    normal = State.NORMAL
    known["paper"] = (_face(Kind.SPECIAL, f"1100{yy}1130", "00000001", day), normal)
    checked = _face(Kind.E_ORDINARY, f"01100{yy}00111", "71350246", day, check)
    known["checked"] = (checked, normal)
    known["limited"] = (_face(Kind.DIGITAL_SPECIAL, "", f"{yy}112000000000002000", day), normal)
    known["repeated"] = (_face(Kind.DIGITAL_SPECIAL, "", f"{yy}112000000000002001", day), normal)
    known["today"] = (_face(Kind.DIGITAL_SPECIAL, "", f"{yy}112000000000002002", today), normal)
    old = years_before(today, 5) - timedelta(1)
    known["old"] = (_face(Kind.ORDINARY, f"1100{old:%y}1620", "00000003", old, check), normal)
    edge = years_before(today, 5)
    known["edge"] = (_face(Kind.ORDINARY, f"1100{edge:%y}1620", "00000004", edge, check), normal)
    return known


def unknown_invoice(today: date) -> Face:
    """An invoice that no verifier of the contract knows."""
    return replace(known_invoices(today)["normal"][0], number=f"{today:%y}112000000000009999")


class OpIds:
    """Fresh operation ids, the same in every run."""

    def __init__(self, salt: int = 0) -> None:
        self._next = salt << 32

    def __call__(self) -> str:
        self._next += 1
        return op_id.make(1_795_000_000_000, self._next.to_bytes(10, "big"))


@dataclass(frozen=True)
class Subject:
    """A verifier under test. `refusals` are the errors it raises instead of an outcome."""

    verify: Callable[[str, Claim, float], Awaitable[Outcome]]
    today: date
    refusals: type[Exception]
    source: Source = Source.REGISTRY
    new_op_id: Callable[[], str] = field(default_factory=OpIds)

    def claim(self, name: str) -> Claim:
        return from_face(known_invoices(self.today)[name][0])

    async def ask(self, claim: Claim) -> Outcome:
        return await self.verify(self.new_op_id(), claim, PATIENCE)


def _altered(claim: Claim) -> Iterator[Claim]:
    if claim.amount is not None:
        yield replace(claim, amount=claim.amount + 1)
    if claim.check_code is not None:
        yield replace(claim, check_code="000000")
    if claim.issued_on is not None:
        yield replace(claim, issued_on=claim.issued_on - timedelta(1))


class VerifierContract:
    @pytest.mark.parametrize("state", list(State))
    async def test_a_match_tells_state_details_and_what_was_compared(
        self, subject: Subject, state: State
    ) -> None:
        claim = subject.claim(state.value)

        outcome = await subject.ask(claim)

        assert (outcome.verdict, outcome.state) == (Verdict.MATCH, state)
        assert outcome.details == details_of(known_invoices(subject.today)[state.value][0])
        assert set(rule_of(claim.kind).fields) <= set(outcome.compared)
        assert outcome.source is subject.source
        assert outcome.as_of is not None
        assert outcome.as_of.utcoffset() == timedelta(0)
        assert outcome.advice == advice_for(
            *(Verdict.MATCH, state),
            kind=claim.kind,
            source=subject.source,
            compared=outcome.compared,
        )

    @pytest.mark.parametrize("name", ["normal", "paper", "checked"])
    async def test_a_mismatch_tells_not_where(self, subject: Subject, name: str) -> None:
        told = [await subject.ask(claim) for claim in _altered(subject.claim(name))]

        assert len(told) >= 2
        assert {outcome.verdict for outcome in told} == {Verdict.MISMATCH}
        assert {(o.state, o.details, o.compared, o.advice) for o in told} == {
            (None, None, told[0].compared, told[0].advice)
        }

    @pytest.mark.parametrize(
        ("field", "value", "verdict"),
        [
            (Field.SELLER_TAX_ID, "91110000DEM00002XX", Verdict.MISMATCH),
            (Field.SELLER_TAX_ID, _TAX_ID, Verdict.MATCH),
        ],
    )
    async def test_a_field_that_was_not_asked_is_compared_too(
        self, subject: Subject, field: Field, value: str, verdict: Verdict
    ) -> None:
        outcome = await subject.ask(subject.claim("edge").with_(field, value))

        assert outcome.verdict is verdict
        assert field in outcome.compared

    async def test_not_found(self, subject: Subject) -> None:
        outcome = await subject.ask(from_face(unknown_invoice(subject.today)))

        assert (outcome.verdict, outcome.source) == (Verdict.NOT_FOUND, subject.source)
        assert (outcome.state, outcome.details, outcome.compared) == (None, None, ())

    async def test_rules_refuse_before_anyone_looks(self, subject: Subject) -> None:
        normal = subject.claim("normal")
        told = {
            "today": await subject.ask(subject.claim("today")),
            "old": await subject.ask(subject.claim("old")),
            "future": await subject.ask(replace(normal, issued_on=subject.today + timedelta(1))),
            "incomplete": await subject.ask(replace(normal, amount=None)),
            "unknown": await subject.ask(
                Claim((Kind.UNKNOWN,), "011002680026", "00000001", normal.issued_on)
            ),
        }

        assert {name: outcome.verdict for name, outcome in told.items()} == {
            "today": Verdict.TOO_EARLY,
            "old": Verdict.TOO_OLD,
            "future": Verdict.BAD_INPUT,
            "incomplete": Verdict.BAD_INPUT,
            "unknown": Verdict.UNSUPPORTED,
        }
        for outcome in told.values():
            assert (outcome.state, outcome.details, outcome.compared) == (None, None, ())
            assert outcome.advice

    async def test_the_sixth_check_of_a_day_is_one_too_many(self, subject: Subject) -> None:
        claim = subject.claim("limited")

        told = [(await subject.ask(claim)).verdict for _ in range(DAILY_LIMIT + 2)]

        assert told == [Verdict.MATCH] * DAILY_LIMIT + [Verdict.DAILY_LIMIT] * 2

    async def test_the_limit_does_not_tell_whether_an_invoice_exists(
        self, subject: Subject
    ) -> None:
        claim = from_face(
            replace(unknown_invoice(subject.today), number=f"{subject.today:%y}112000000000009998")
        )

        told = [await subject.ask(claim) for _ in range(DAILY_LIMIT + 1)]

        assert [outcome.verdict for outcome in told[-2:]] == [
            Verdict.NOT_FOUND,
            Verdict.DAILY_LIMIT,
        ]

    async def test_a_retry_hears_the_same_and_counts_once(self, subject: Subject) -> None:
        claim, one = subject.claim("repeated"), subject.new_op_id()

        first = await subject.verify(one, claim, PATIENCE)
        again = await asyncio.gather(
            *(subject.verify(one, claim, PATIENCE) for _ in range(DAILY_LIMIT + 3))
        )
        others = [(await subject.ask(claim)).verdict for _ in range(DAILY_LIMIT)]

        assert first.verdict is Verdict.MATCH
        assert set(again) == {first}
        assert others == [Verdict.MATCH] * (DAILY_LIMIT - 1) + [Verdict.DAILY_LIMIT]

    async def test_an_op_id_is_good_for_one_claim(self, subject: Subject) -> None:
        one = subject.new_op_id()
        await subject.verify(one, subject.claim("paper"), PATIENCE)

        with pytest.raises(subject.refusals):
            await subject.verify(one, subject.claim("checked"), PATIENCE)

    async def test_no_answer_comes_after_the_deadline(self, subject: Subject) -> None:
        with pytest.raises(subject.refusals) as raised:
            await subject.verify(subject.new_op_id(), subject.claim("normal"), 0.0)

        assert getattr(raised.value, "code", None) == "verifier.timeout"

    async def test_time_is_told_in_utc(self, subject: Subject) -> None:
        outcome = await subject.ask(subject.claim("normal"))

        assert isinstance(outcome.as_of, datetime)
        assert outcome.as_of.tzinfo is UTC
