"""Texts as people type and scanners deliver them, made plain field by field."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from invoices.codes import (
    ITINERARY_NUMBER,
    LONG_CODE,
    LONG_NUMBER,
    SHORT_CODE,
    SHORT_NUMBER,
    is_digits,
)
from invoices.dates import parse_date
from invoices.errors import ClaimError, Fault, MoneyError
from invoices.money import parse_fen

if TYPE_CHECKING:
    from datetime import date

LONGEST: Final = 64
"""No field as typed is longer, in characters."""
FULL_CHECK_CODE: Final = 20
SELLER_SHORTEST: Final = 15
SELLER_LONGEST: Final = 20

_GROUPING: Final = re.compile(r"[\s\-_－＿–—]+")
_CURRENCY: Final = "¥"
_MONEY_FAULTS: Final = {
    Fault.MONEY_DECIMALS: Fault.CLAIM_AMOUNT_DECIMALS,
    Fault.MONEY_LARGE: Fault.CLAIM_AMOUNT_LARGE,
}


def _half_width(text: str) -> str:
    """Half-width forms, cut just past `LONGEST` so that a longer text stays too long."""
    cut = text[: LONGEST + 1]
    return cut if cut.isascii() else unicodedata.normalize("NFKC", cut)


def plain(text: str) -> str:
    """The text in half-width forms without blanks at its ends."""
    return _half_width(text.strip())


def compact(text: str) -> str:
    """In half-width capitals, without the blanks and dashes that group long numbers."""
    return _half_width(_GROUPING.sub("", text)).upper()


def solid(text: str) -> str:
    """In half-width forms without any blanks."""
    return _half_width("".join(text.split()))


def parse_code(text: str) -> str:
    """Ten or twelve digits. Raises `ClaimError` `claim.code.digits` or `.length`."""
    code = compact(text)
    if not is_digits(code):
        raise ClaimError(Fault.CLAIM_CODE_DIGITS)
    if len(code) not in (SHORT_CODE, LONG_CODE):
        raise ClaimError(Fault.CLAIM_CODE_LENGTH, digits=str(len(code)))
    return code


def parse_number(text: str, *, lengths: tuple[int, ...] = (SHORT_NUMBER, LONG_NUMBER)) -> str:
    """Digits of an allowed length. Raises `ClaimError` `claim.number.digits` or `.length`."""
    number = compact(text)
    if not is_digits(number):
        raise ClaimError(Fault.CLAIM_NUMBER_DIGITS)
    if len(number) not in lengths:
        expected = " / ".join(str(length) for length in lengths if length != ITINERARY_NUMBER)
        raise ClaimError(Fault.CLAIM_NUMBER_LENGTH, digits=str(len(number)), expected=expected)
    return number


def parse_issued_on(text: str) -> date:
    """A calendar day. Raises `ClaimError` `claim.issued_on.form` or `.day`."""
    return parse_date(solid(text))


def parse_amount(text: str) -> int:
    """Fen. Raises `ClaimError` `claim.amount.form`, `.decimals` or `.large`."""
    try:
        return parse_fen(plain(text).removeprefix(_CURRENCY).lstrip())
    except MoneyError as error:
        fault = _MONEY_FAULTS.get(Fault(error.code), Fault.CLAIM_AMOUNT_FORM)
        raise ClaimError(fault) from error


def parse_check_code(text: str, digits: int) -> str:
    """The last `digits` (five or six) characters, from them alone or from the whole code.

    Five is the blockchain invoices' code, which may hold letters. Raises `ClaimError`
    `claim.check_code.form` or `.length`.
    """
    code = compact(text)
    whole = len(code) == FULL_CHECK_CODE and is_digits(code)
    if not (code.isascii() and code.isalnum() and (whole or digits < 6 or is_digits(code))):  # noqa: PLR2004
        raise ClaimError(Fault.CLAIM_CHECK_CODE_FORM)
    if len(code) != digits and not whole:
        raise ClaimError(Fault.CLAIM_CHECK_CODE_LENGTH, digits=str(digits))
    return code[-digits:]


def parse_seller_tax_id(text: str) -> str:
    """A tax number of 15 to 20 letters and digits in capitals; check digits only warn.

    Raises `ClaimError` `claim.seller_tax_id.form`.
    """
    tax_id = compact(text)
    right = SELLER_SHORTEST <= len(tax_id) <= SELLER_LONGEST
    if not (right and tax_id.isascii() and tax_id.isalnum()):
        raise ClaimError(Fault.CLAIM_SELLER_FORM)
    return tax_id
