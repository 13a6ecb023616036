"""Invoice codes and numbers: what they tell about kind and region.

Codes have 10 digits (paper) or 12; digital invoices have a 20-digit number and no code.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from invoices.kinds import Kind
from invoices.regions import CITY_DIGITS, region_from_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT_CODE: Final = 10
LONG_CODE: Final = 12
SHORT_NUMBER: Final = 8
LONG_NUMBER: Final = 20
OLD_TICKET: Final = "10"
"""The type in the code of a railway ticket of 2022; with a code of its own it means kind 10."""
ITINERARY_NUMBER: Final = 19
"""Digits on previews of air itineraries; the real ones have twenty."""

# Codes of early electronic invoices that break the scheme; the platform lists them by hand.
_EARLY_ELECTRONIC: Final = frozenset(
    {"144031539110", "131001570151", "133011501118", "111001571071"}
)
_BY_EIGHTH_DIGIT: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "1": Kind.SPECIAL,
        "5": Kind.SPECIAL,
        "3": Kind.ORDINARY,
        "6": Kind.ORDINARY,
        "2": Kind.FREIGHT,
        "7": Kind.FREIGHT,
    }
)
_BY_LAST_TWO: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "04": Kind.ORDINARY,
        "05": Kind.ORDINARY,
        "06": Kind.ROLL,
        "07": Kind.ROLL,
        "11": Kind.E_ORDINARY,
        "12": Kind.TOLL,
        "13": Kind.E_SPECIAL,
        "17": Kind.USED_CAR,
    }
)
_TWINS: Final[Mapping[Kind, Kind]] = MappingProxyType(
    {
        Kind.SPECIAL: Kind.PAPER_SPECIAL,
        Kind.ORDINARY: Kind.PAPER_ORDINARY,
        Kind.VEHICLE: Kind.PAPER_VEHICLE,
        Kind.USED_CAR: Kind.PAPER_USED_CAR,
    }
)
"""Paper prints of digital invoices: coded and verified like their older sisters."""
_PAPER_TWINS: Final = frozenset(_TWINS.values())

DIGITAL_KINDS: Final = (
    Kind.DIGITAL_ORDINARY,
    Kind.DIGITAL_SPECIAL,
    Kind.RAIL,
    Kind.AIR,
    Kind.DIGITAL_VEHICLE,
    Kind.DIGITAL_USED_CAR,
)
"""What a 20-digit number can be, the likeliest first; all are verified by the same fields."""


def is_digits(text: str) -> bool:
    """Whether the text is one or more of the ASCII digits and nothing else."""
    return text.isascii() and text.isdigit()


def _kind_of_long_code(code: str) -> Kind:
    if code in _EARLY_ELECTRONIC:
        return Kind.E_ORDINARY
    if code[0] == "0":
        return _BY_LAST_TWO.get(code[-2:], Kind.UNKNOWN)
    if code[7] == "2":
        return Kind.VEHICLE
    if code[0] == "1" and code[7:9] == "09" and code[-1] == "0":
        return Kind.BLOCKCHAIN
    return Kind.UNKNOWN


def _kind_of_code(code: str) -> Kind:
    if not is_digits(code):
        return Kind.UNKNOWN
    if len(code) == SHORT_CODE:
        return _BY_EIGHTH_DIGIT.get(code[7], Kind.UNKNOWN)
    return _kind_of_long_code(code) if len(code) == LONG_CODE else Kind.UNKNOWN


def _kind_of_number(number: str, qr_kind: str | None) -> Kind:
    if not is_digits(number):
        return Kind.UNKNOWN
    if len(number) == LONG_NUMBER:
        if qr_kind is None:
            return DIGITAL_KINDS[0]
        if qr_kind == OLD_TICKET:
            return Kind.RAIL
        return next((kind for kind in DIGITAL_KINDS if kind == qr_kind), Kind.UNKNOWN)
    itinerary = len(number) == ITINERARY_NUMBER and qr_kind == Kind.AIR
    return Kind.AIR if itinerary else Kind.UNKNOWN


def kind_of(code: str, number: str, qr_kind: str | None = None) -> Kind:
    """The platform's kind; "99" where no rule knows the code.

    The code decides, as in the platform's own function, because the type in the QR code
    says 10 or 20 where the platform says 14 or 08. The QR type is heard only where there is
    no code, and where it names a paper print, which the code cannot tell from its sister.
    """
    if qr_kind == Kind.BLOCKCHAIN:
        return Kind.BLOCKCHAIN
    if not code:
        return _kind_of_number(number, qr_kind)
    kind = _kind_of_code(code)
    twin = _TWINS.get(kind)
    if qr_kind in _PAPER_TWINS and (twin == qr_kind or kind is Kind.UNKNOWN):
        return Kind(qr_kind)
    return kind


def kinds_of(code: str, number: str, qr_kind: str | None = None) -> tuple[Kind, ...]:
    """Every kind the invoice can be, the likeliest first; all share their asked fields.

    Code and number decide alone who the candidates are, so that a check answers the same
    whether it was scanned or typed; the QR type only comes first among them.
    """
    kind = kind_of(code, number, qr_kind)
    if not code:
        if kind not in DIGITAL_KINDS or len(number) != LONG_NUMBER:
            return (kind,)
        return (kind, *(other for other in DIGITAL_KINDS if other is not kind))
    for sister, twin in _TWINS.items():
        if kind is sister:
            return (sister, twin)
        if kind is twin and _kind_of_code(code) is sister:
            return (twin, sister)
    return (kind,)


def region_of(code: str, number: str) -> str | None:
    """The tax region, four digits such as "1100", or `None` where the digits name none.

    Only the province counts beyond the five cities: some codes carry a city there.
    """
    if len(code) == LONG_CODE:
        return region_from_digits(code[1:5])
    if len(code) == SHORT_CODE:
        return region_from_digits(code[:4])
    if code or len(number) != LONG_NUMBER:
        return None
    two = number[2:4]
    return CITY_DIGITS.get(two) or region_from_digits(two + "00")
