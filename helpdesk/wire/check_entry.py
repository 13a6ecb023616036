"""A check in the journal: what was asked, what the kiosk answered, and by what.

The server re-verifies it in full and counts it; details of the invoice are not in it, because
the server has them.
"""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from helpdesk.wire.journal_payload import JournalPayload
from invoices.advice import AdviceCode
from invoices.check import Check
from invoices.claim import Claim
from invoices.kinds import Field as InvoiceField
from invoices.kinds import Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from datetime import datetime

_TEXT: Final = 64

Text = Annotated[str, Field(max_length=_TEXT)]


class ClaimEntry(BaseModel):
    """What was asked; `amount` in fen on the kind's basis."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=8)]
    code: Text = ""
    number: Text = ""
    issued_on: date | None = None
    amount: Annotated[int, Field(gt=-(1 << 63), lt=1 << 63)] | None = None
    check_code: Text | None = None
    seller_tax_id: Text | None = None


class CheckPayload(JournalPayload):
    """A check; `claim` is None where the scan could not be read."""

    KIND: ClassVar[str] = "check"

    record: Annotated[str, Field(min_length=1, max_length=32)]
    token: Annotated[str, Field(pattern=r"^[A-Z2-7]{20}$")]
    claim: ClaimEntry | None = None
    verdict: Verdict
    state: State | None = None
    source: Source | None = None
    as_of: AwareDatetime | None = None
    compared: tuple[InvoiceField, ...] = ()
    advice: tuple[AdviceCode, ...] = ()


def payload_of(check: Check) -> CheckPayload:
    """The journal's content of a check."""
    claim, outcome = check.claim, check.outcome
    return CheckPayload(
        record=check.record,
        token=check.token,
        claim=None if claim is None else _entry_of(claim),
        verdict=outcome.verdict,
        state=outcome.state,
        source=outcome.source,
        as_of=None if outcome.as_of is None else outcome.as_of.astimezone(UTC),
        compared=outcome.compared,
        advice=outcome.advice,
    )


def check_of(payload: CheckPayload, op_id: str, at: datetime) -> Check:
    """The check an entry tells of, without the invoice's details."""
    outcome = Outcome(
        verdict=payload.verdict,
        state=payload.state,
        source=payload.source,
        as_of=payload.as_of,
        compared=payload.compared,
        advice=payload.advice,
        details=None,
    )
    claim = None if payload.claim is None else _claim_of(payload.claim)
    return Check(op_id, payload.record, payload.token, claim, outcome, at)


def _entry_of(claim: Claim) -> ClaimEntry:
    return ClaimEntry(
        kinds=claim.kinds,
        code=claim.code,
        number=claim.number,
        issued_on=claim.issued_on,
        amount=claim.amount,
        check_code=claim.check_code,
        seller_tax_id=claim.seller_tax_id,
    )


def _claim_of(entry: ClaimEntry) -> Claim:
    return Claim(
        kinds=entry.kinds,
        code=entry.code,
        number=entry.number,
        issued_on=entry.issued_on,
        amount=entry.amount,
        check_code=entry.check_code,
        seller_tax_id=entry.seller_tax_id,
    )
