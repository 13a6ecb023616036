"""What a check's sealed payload holds, as JSON: token, claim, outcome, and how it came in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from invoices.advice import AdviceCode
from invoices.claim import Claim
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.check_book import Entry

VERSION = 1


@dataclass(frozen=True, slots=True)
class Payload:
    """Everything of a check that is not in the clear. `entry`: how the invoice came in."""

    token: str
    claim: Claim
    outcome: Outcome
    entry: Entry


def dump(payload: Payload) -> bytes:
    """The payload as bytes."""
    form = {
        "v": VERSION,
        "token": payload.token,
        "entry": payload.entry.value,
        "claim": _claim_form(payload.claim),
        "outcome": _outcome_form(payload.outcome),
    }
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()


def load(data: bytes) -> Payload:
    """The payload again; only ever what `dump` wrote, since a seal protects it."""
    form = json.loads(data)
    return Payload(
        token=form["token"],
        claim=_claim(form["claim"]),
        outcome=_outcome(form["outcome"]),
        entry=Entry(form["entry"]),
    )


def _claim_form(claim: Claim) -> dict[str, Any]:
    return {
        "kinds": list(claim.kinds),
        "code": claim.code,
        "number": claim.number,
        "issued_on": claim.issued_on and claim.issued_on.isoformat(),
        "amount": claim.amount,
        "check_code": claim.check_code,
        "seller_tax_id": claim.seller_tax_id,
    }


def _claim(form: dict[str, Any]) -> Claim:
    return Claim(
        kinds=tuple(Kind(kind) for kind in form["kinds"]),
        code=form["code"],
        number=form["number"],
        issued_on=form["issued_on"] and date.fromisoformat(form["issued_on"]),
        amount=form["amount"],
        check_code=form["check_code"],
        seller_tax_id=form["seller_tax_id"],
    )


def _outcome_form(outcome: Outcome) -> dict[str, Any]:
    return {
        "verdict": outcome.verdict,
        "state": outcome.state,
        "source": outcome.source,
        "as_of": outcome.as_of and outcome.as_of.isoformat(),
        "compared": list(outcome.compared),
        "advice": list(outcome.advice),
        "details": outcome.details and _details_form(outcome.details),
    }


def _outcome(form: dict[str, Any]) -> Outcome:
    return Outcome(
        verdict=Verdict(form["verdict"]),
        state=State(form["state"]) if form["state"] else None,
        source=Source(form["source"]) if form["source"] else None,
        as_of=datetime.fromisoformat(form["as_of"]) if form["as_of"] else None,
        compared=tuple(Field(name) for name in form["compared"]),
        advice=tuple(AdviceCode(code) for code in form["advice"]),
        details=_details(form["details"]) if form["details"] else None,
    )


def _details_form(details: Details) -> dict[str, Any]:
    return {
        "kind": details.kind,
        "code": details.code,
        "number": details.number,
        "issued_on": details.issued_on.isoformat(),
        "net": details.net,
        "tax": details.tax,
        "total": details.total,
        "check_code": details.check_code,
        "seller_tax_id": details.seller_tax_id,
        "seller_name": details.seller_name,
    }


def _details(form: dict[str, Any]) -> Details:
    texts = ("code", "number", "check_code", "seller_tax_id", "seller_name")
    return Details(
        kind=Kind(form["kind"]),
        issued_on=date.fromisoformat(form["issued_on"]),
        net=form["net"],
        tax=form["tax"],
        total=form["total"],
        **{name: form[name] for name in texts},
    )
