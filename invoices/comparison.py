"""Comparing what a person states with what is registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.kinds import AmountBasis, Field, rule_of

if TYPE_CHECKING:
    from invoices.claim import Claim
    from invoices.face import Face
    from invoices.kinds import KindRule


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which fields were compared, and whether all of them, and the kind, were the same."""

    compared: tuple[Field, ...]
    equal: bool


def _registered(field: Field, face: Face, rule: KindRule) -> object:
    """The registered value to hold against the stated one; `None` where none is registered."""
    match field:
        case Field.AMOUNT:
            return face.total if rule.basis is AmountBasis.GROSS else face.net
        case Field.CHECK_CODE:
            return face.check_code[-(rule.check_digits or 6) :].upper() or None
        case Field.SELLER_TAX_ID:
            return face.seller_tax_id.upper() or None
        case _:
            held: object = getattr(face, field)
            return held


def compare(claim: Claim, face: Face) -> Comparison:
    """Hold every stated field against the registered face.

    A field that differs makes them unequal, whether the kind asks for it or not. One that
    the kind does not ask for and the register does not hold is left out, and so not named.
    """
    rule = rule_of(face.kind, face.issued_on)
    compared: list[Field] = []
    equal = face.kind in claim.kinds
    for field in claim.supplied:
        registered = _registered(field, face, rule)
        if registered is None and field not in rule.fields:
            continue
        compared.append(field)
        equal = equal and registered == getattr(claim, field)
    return Comparison(tuple(compared), equal)
