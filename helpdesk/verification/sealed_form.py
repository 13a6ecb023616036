"""The bytes of a check before they are sealed: what was claimed, and what was answered.

A form mark leads; the parts follow, parted by the unit separator, which nothing of an invoice
holds: where a claim holds one all the same, its picture stands for it. Several values within a
part are parted by blanks. A retry is answered from these, so that it hears the same whatever
has changed meanwhile.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from helpdesk.errors import HelpdeskError
from invoices.advice import AdviceCode
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from invoices.claim import Claim

FORM: Final = "1"
_SEPARATOR: Final = "\x1f"
_PICTURE: Final = "\u241f"
_CLAIMED: Final = 7
_OUTCOME: Final = 6
_DETAILS: Final = 10
_PARTS: Final = 1 + _CLAIMED + _OUTCOME + _DETAILS
_UNREAD: Final = ("",) * _CLAIMED
_NOTHING_SHOWN: Final = ("",) * _DETAILS


def encode(claim: Claim | None, outcome: Outcome, asked: str) -> bytes:
    """The bytes to seal: amounts in fen, moments in UTC; what was asked stands last as given."""
    return _SEPARATOR.join(
        (
            FORM,
            *(_UNREAD if claim is None else map(_parted, _claimed(claim))),
            outcome.verdict,
            outcome.state or "",
            outcome.source or "",
            "" if outcome.as_of is None else outcome.as_of.isoformat(),
            " ".join(outcome.compared),
            " ".join(outcome.advice),
            *(_NOTHING_SHOWN if outcome.details is None else _shown(outcome.details)),
            asked,
        )
    ).encode()


def decode(plain: bytes) -> tuple[Outcome, str]:
    """The outcome in these bytes, and what was asked.

    Raises `HelpdeskError` `verification.form` for bytes of another form.
    """
    parts = plain.decode().split(_SEPARATOR, _PARTS)
    if parts[0] != FORM or len(parts) != _PARTS + 1:
        raise HelpdeskError("verification.form")
    try:
        return _outcome(parts), parts[-1]
    except ValueError as error:
        raise HelpdeskError("verification.form") from error


def _outcome(parts: list[str]) -> Outcome:
    verdict, state, source, as_of, compared, advice = parts[1 + _CLAIMED : -1 - _DETAILS]
    details = parts[-1 - _DETAILS : -1]
    return Outcome(
        verdict=Verdict(verdict),
        state=State(state) if state else None,
        source=Source(source) if source else None,
        as_of=datetime.fromisoformat(as_of).astimezone(UTC) if as_of else None,
        compared=tuple(map(Field, compared.split())),
        advice=tuple(map(AdviceCode, advice.split())),
        details=_details(details) if details[0] else None,
    )


def _parted(text: str) -> str:
    return text.replace(_SEPARATOR, _PICTURE)


def _claimed(claim: Claim) -> tuple[str, ...]:
    return (
        " ".join(claim.kinds),
        claim.code,
        claim.number,
        "" if claim.issued_on is None else claim.issued_on.isoformat(),
        "" if claim.amount is None else str(claim.amount),
        claim.check_code or "",
        claim.seller_tax_id or "",
    )


def _shown(details: Details) -> tuple[str, ...]:
    return (
        details.kind,
        details.code,
        details.number,
        details.issued_on.isoformat(),
        str(details.net),
        str(details.tax),
        str(details.total),
        details.check_code,
        details.seller_tax_id,
        details.seller_name,
    )


def _details(parts: list[str]) -> Details:
    kind, code, number, issued_on, net, tax, total, check_code, tax_id, name = parts
    return Details(
        kind=Kind(kind),
        code=code,
        number=number,
        issued_on=date.fromisoformat(issued_on),
        net=int(net),
        tax=int(tax),
        total=int(total),
        check_code=check_code,
        seller_tax_id=tax_id,
        seller_name=name,
    )
