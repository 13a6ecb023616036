"""The bytes of a check before they are sealed: what was claimed, and what was answered.

A retry is answered from these, so that it hears the same whatever has changed meanwhile.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from helpdesk.errors import HelpdeskError
from invoices.advice import AdviceCode
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from invoices.claim import Claim

FORM: Final = 1
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(claim: Claim | None, outcome: Outcome) -> bytes:
    """The bytes to seal: amounts in fen, moments in UTC."""
    return _encode(
        [
            FORM,
            None if claim is None else _claimed(claim),
            outcome.verdict,
            outcome.state,
            outcome.source,
            None if outcome.as_of is None else outcome.as_of.isoformat(),
            outcome.compared,
            outcome.advice,
            None if outcome.details is None else _shown(outcome.details),
        ]
    ).encode()


def outcome_of(plain: bytes) -> Outcome:
    """The outcome in these bytes. Raises `HelpdeskError` `verification.form` for others."""
    parts: list[Any] = json.loads(plain)
    if parts[0] != FORM:
        raise HelpdeskError("verification.form")
    _, _, verdict, state, source, as_of, compared, advice, details = parts
    return Outcome(
        verdict=Verdict(verdict),
        state=None if state is None else State(state),
        source=None if source is None else Source(source),
        as_of=None if as_of is None else datetime.fromisoformat(as_of).astimezone(UTC),
        compared=tuple(map(Field, compared)),
        advice=tuple(map(AdviceCode, advice)),
        details=None if details is None else _details(details),
    )


def _claimed(claim: Claim) -> list[Any]:
    return [
        claim.kinds,
        claim.code,
        claim.number,
        None if claim.issued_on is None else claim.issued_on.isoformat(),
        claim.amount,
        claim.check_code,
        claim.seller_tax_id,
    ]


def _shown(details: Details) -> list[Any]:
    return [
        details.kind,
        details.code,
        details.number,
        details.issued_on.isoformat(),
        details.net,
        details.tax,
        details.total,
        details.check_code,
        details.seller_tax_id,
        details.seller_name,
    ]


def _details(parts: list[Any]) -> Details:
    kind, code, number, issued_on, net, tax, total, check_code, tax_id, name = parts
    return Details(
        kind=Kind(kind),
        code=code,
        number=number,
        issued_on=date.fromisoformat(issued_on),
        net=net,
        tax=tax,
        total=total,
        check_code=check_code,
        seller_tax_id=tax_id,
        seller_name=name,
    )
