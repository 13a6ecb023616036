"""The bytes of a check before they are sealed: what was claimed, and what was answered.

A form mark leads; the parts follow, parted by the unit separator, which nothing of an invoice
holds: where a claim holds one all the same, its picture stands for it. Several values within a
part are parted by blanks. A retry is answered from these, so that it hears the same whatever
has changed meanwhile.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from helpdesk.errors import HelpdeskError
from invoices.advice import AdviceCode
from invoices.claim import Claim
from invoices.face import Details
from invoices.kinds import Field, Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

FORM: Final = "1"
_SEPARATOR: Final = "\x1f"
_PICTURE: Final = "\u241f"
_CLAIMED: Final = 7
_OUTCOME: Final = 6
_DETAILS: Final = 10
_PARTS: Final = 1 + _CLAIMED + _OUTCOME + _DETAILS + 1
"""All but the last, which is what was asked; before it stands the record's token."""
_UNREAD: Final = ("",) * _CLAIMED
_NOTHING_SHOWN: Final = ("",) * _DETAILS


class Unsealed(NamedTuple):
    """What a row held; `token` is "" where its record has none."""

    outcome: Outcome
    asked: str
    claimed: tuple[str, ...]
    token: str


def claimed(claim: Claim | None) -> tuple[str, ...]:
    """What a claim says, part by part; empty parts for a text that could not be read."""
    return _UNREAD if claim is None else tuple(map(_parted, _claimed(claim)))


def same_claim(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two claims say the same: of several kinds, which is the likeliest says nothing."""
    return one[1:] == other[1:] and set(one[0].split()) == set(other[0].split())


def claim_of(claimed: Sequence[str]) -> Claim | None:
    """The claim again; None of a text that could not be read.

    Raises `HelpdeskError` `verification.form`.
    """
    kinds, code, number, issued_on, amount, check_code, tax_id = claimed
    if not kinds:
        return None
    try:
        return Claim(
            kinds=tuple(map(Kind, kinds.split())),
            code=code,
            number=number,
            issued_on=date.fromisoformat(issued_on) if issued_on else None,
            amount=int(amount) if amount else None,
            check_code=check_code or None,
            seller_tax_id=tax_id or None,
        )
    except ValueError as error:
        raise HelpdeskError("verification.form") from error


def encode(claimed: Sequence[str], outcome: Outcome, asked: str, token: str = "") -> bytes:
    """The bytes to seal: amounts in fen, moments in UTC; what was asked stands last as given.

    `claimed` as the function of that name gives it, `token` the record's own.
    """
    return _SEPARATOR.join(
        (
            FORM,
            *claimed,
            outcome.verdict,
            outcome.state or "",
            outcome.source or "",
            "" if outcome.as_of is None else outcome.as_of.isoformat(),
            " ".join(outcome.compared),
            " ".join(outcome.advice),
            *(_NOTHING_SHOWN if outcome.details is None else _shown(outcome.details)),
            token,
            asked,
        )
    ).encode()


def decode(plain: bytes) -> Unsealed:
    """What stands in these bytes.

    Raises `HelpdeskError` `verification.form` for bytes of another form.
    """
    parts = _parts(plain)
    try:
        return Unsealed(_outcome(parts), parts[-1], tuple(parts[1 : 1 + _CLAIMED]), parts[-2])
    except ValueError as error:
        raise HelpdeskError("verification.form") from error


def claim_in(plain: bytes) -> Claim | None:
    """The claim in these bytes, `None` where what was asked could not be read.

    Raises `HelpdeskError` `verification.form` for bytes of another form.
    """
    kinds, code, number, issued_on, amount, check_code, seller = _parts(plain)[1 : 1 + _CLAIMED]
    if not kinds:
        return None
    try:
        return Claim(
            kinds=tuple(map(Kind, kinds.split())),
            code=code,
            number=number,
            issued_on=date.fromisoformat(issued_on) if issued_on else None,
            amount=int(amount) if amount else None,
            check_code=check_code or None,
            seller_tax_id=seller or None,
        )
    except ValueError as error:
        raise HelpdeskError("verification.form") from error


def _parts(plain: bytes) -> list[str]:
    parts = plain.decode().split(_SEPARATOR, _PARTS)
    if parts[0] != FORM or len(parts) != _PARTS + 1:
        raise HelpdeskError("verification.form")
    return parts


def _outcome(parts: list[str]) -> Outcome:
    verdict, state, source, as_of, compared, advice = parts[1 + _CLAIMED : -2 - _DETAILS]
    details = parts[-2 - _DETAILS : -2]
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
