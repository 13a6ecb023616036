"""The canonical form of an invoice: the bytes that indexes and pack digests are made from.

Builder, kiosk and server all come here. A version byte leads; the parts follow, joined by
bars. A part holds only letters, digits, the minus sign and the colon, so that no two
different invoices ever give the same bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from invoices.errors import CanonicalError, Fault
from invoices.kinds import Value, rule_of

if TYPE_CHECKING:
    from datetime import date

    from invoices.claim import Claim
    from invoices.face import Face
    from invoices.kinds import Kind

VERSION: Final = 1
LONGEST_PART: Final = 64
_PART: Final = re.compile(rf"[0-9A-Za-z:-]{{0,{LONGEST_PART}}}")


def _encode(*parts: str) -> bytes:
    """Version byte and parts. Raises `CanonicalError` `canonical.text` for a foreign sign."""
    for part in parts:  # a plain loop: each check and each imported row comes here
        if not _PART.fullmatch(part):
            raise CanonicalError(Fault.CANONICAL_TEXT)
    return bytes((VERSION,)) + "|".join(parts).encode("ascii")


def identity(code: str, number: str) -> bytes:
    """Which invoice it is; `code` is empty for 20-digit numbers. Raises `CanonicalError`."""
    if not number:
        raise CanonicalError(Fault.CANONICAL_INCOMPLETE)
    return _encode(code, number)


def body(kind: Kind, code: str, number: str, issued_on: date, value: str) -> bytes:
    """What the invoice says, with the value its kind is verified by. Raises `CanonicalError`."""
    return _encode(kind, code, number, issued_on.isoformat(), value)


def _value(value: Value, amount: int | None, check_code: str) -> str:
    """The value place. Raises `CanonicalError` `canonical.incomplete` where a part lacks."""
    wants_check = value in (Value.CHECK_CODE, Value.NET_AND_CHECK_CODE)
    wants_amount = value in (Value.NET, Value.GROSS, Value.NET_AND_CHECK_CODE)
    if not (wants_check or wants_amount):
        raise CanonicalError(Fault.CANONICAL_INCOMPLETE)
    if (wants_check and not check_code) or (wants_amount and amount is None):
        raise CanonicalError(Fault.CANONICAL_INCOMPLETE)
    if value is Value.NET_AND_CHECK_CODE:
        return f"{amount}:{check_code.upper()}"
    return check_code.upper() if value is Value.CHECK_CODE else str(amount)


def body_of_face(face: Face) -> bytes:
    """The body from the whole row. Raises `CanonicalError` where the row has not what it takes."""
    rule = rule_of(face.kind, face.issued_on)
    amount = face.total if rule.value is Value.GROSS else face.net
    check_code = face.check_code[-rule.check_digits :] if rule.check_digits else ""
    value = _value(rule.value, amount, check_code)
    return body(face.kind, face.code, face.number, face.issued_on, value)


def bodies_of_claim(claim: Claim) -> tuple[bytes, ...]:
    """One body for each kind the claim can be, in their order.

    Raises `CanonicalError` `canonical.incomplete` while a field the kind asks for is missing.
    """
    if claim.issued_on is None or claim.missing:
        raise CanonicalError(Fault.CANONICAL_INCOMPLETE)
    issued_on = claim.issued_on
    rules = (rule_of(kind, issued_on) for kind in claim.kinds)
    return tuple(
        body(
            rule.kind,
            claim.code,
            claim.number,
            issued_on,
            _value(rule.value, claim.amount, claim.check_code or ""),
        )
        for rule in rules
    )
