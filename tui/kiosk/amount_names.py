"""How the amount that a check asks for is called on that kind of paper."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from invoices.kinds import AmountBasis, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invoices.claim import Claim


class AmountName(StrEnum):
    """The words themselves are `amount.<name>` in the catalogue."""

    NET = "net"
    """金额"""
    PRICE = "price"
    """不含税价"""
    TOTAL = "total"
    """价税合计"""
    FARE = "fare"
    """票价"""
    CAR = "car"
    """车价合计"""
    PLAIN = "plain"


# The names of design note domain.md, 3.1; a rail ticket has its fare where others have the total.
_BY_KIND: Final[Mapping[Kind, AmountName]] = {
    Kind.VEHICLE: AmountName.PRICE,
    Kind.PAPER_VEHICLE: AmountName.PRICE,
    Kind.RAIL: AmountName.FARE,
    Kind.USED_CAR: AmountName.CAR,
    Kind.DIGITAL_USED_CAR: AmountName.CAR,
    Kind.PAPER_USED_CAR: AmountName.CAR,
}
_BY_BASIS: Final[Mapping[AmountBasis, AmountName]] = {
    AmountBasis.NET: AmountName.NET,
    AmountBasis.GROSS: AmountName.TOTAL,
    AmountBasis.UNKNOWN: AmountName.PLAIN,
}


def amount_name(claim: Claim) -> AmountName:
    """What to look for on the paper of this claim."""
    return _BY_KIND.get(claim.kind, _BY_BASIS[claim.rule.basis])
