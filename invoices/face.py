"""What stands on an invoice, and the part of it that a match may show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from invoices.kinds import Kind

_SHOWN_OF_CHECK_CODE = 6


@dataclass(frozen=True, slots=True)
class Face:
    """An invoice as registered. Amounts in fen, negative on a red one; absent text is ""."""

    kind: Kind
    code: str
    number: str
    issued_on: date
    net: int
    tax: int
    total: int
    check_code: str = ""
    seller_tax_id: str = ""
    seller_name: str = ""
    buyer_tax_id: str = ""
    buyer_name: str = ""
    original_code: str = ""
    original_number: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What whoever holds a matching invoice may see: nothing about the buyer.

    Amounts in fen; `check_code` is its last six characters or "".
    """

    kind: Kind
    code: str
    number: str
    issued_on: date
    net: int
    tax: int
    total: int
    check_code: str
    seller_tax_id: str
    seller_name: str


def details_of(face: Face) -> Details:
    """The part of a face that a match shows."""
    return Details(
        kind=face.kind,
        code=face.code,
        number=face.number,
        issued_on=face.issued_on,
        net=face.net,
        tax=face.tax,
        total=face.total,
        check_code=face.check_code[-_SHOWN_OF_CHECK_CODE:],
        seller_tax_id=face.seller_tax_id,
        seller_name=face.seller_name,
    )
