"""Guiding a hand that types: what is still missing, what is wrong, which field comes next."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from invoices.claim import DEFAULT_CHECK_DIGITS
from invoices.codes import (
    LONG_CODE,
    LONG_NUMBER,
    SHORT_CODE,
    SHORT_NUMBER,
    is_digits,
    kind_of,
    region_of,
)
from invoices.credit_code import LENGTH as CREDIT_CODE_LENGTH
from invoices.credit_code import is_valid
from invoices.dates import COMPACT
from invoices.errors import ClaimError, Fault
from invoices.kinds import AmountBasis, Field, Kind
from invoices.progress import EntryCode, EntryState, Progress, complete, empty, partial, wrong
from invoices.regions import region_from_digits
from invoices.typed import (
    FULL_CHECK_CODE,
    SELLER_LONGEST,
    SELLER_SHORTEST,
    compact,
    parse_amount,
    parse_issued_on,
    plain,
    solid,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from invoices.claim import Claim

__all__ = ["EntryCode", "EntryState", "Progress", "next_field", "progress"]

FIRST_DIGITAL_YEAR: Final = 21
"""20-digit numbers begin with the two last digits of their year, 2021 at the earliest."""

_HEAD: Final = 4
"""Digits of year and region at the head of such a number."""


def next_field(claim: Claim) -> Field | None:
    """The field to ask next, `None` once the claim can be checked.

    It begins with the code, in whose place a 20-digit number may be typed; a code that no
    rule knows asks for nothing more.
    """
    if claim.kind is Kind.UNKNOWN:
        return None if claim.code or claim.identified else Field.CODE
    return next(iter(claim.missing), None)


def progress(
    field: Field, text: str, claim: Claim, today: date, oldest: date | None = None
) -> Progress:
    """What to say of `text`, typed so far into `field` of `claim`, on the Beijing day `today`.

    A date before `oldest`, the first that a check goes back to, is refused where it is typed.
    In the code's place `COMPLETE` does not mean that no digit may follow: ten digits can be
    the head of twelve, twelve of twenty. So the screen waits for the visitor to go on.
    Raises nothing, whatever the text.
    """
    told = _GUIDES[field](text, claim, today)
    if field is Field.ISSUED_ON and oldest is not None and _too_old(text, told, oldest):
        return wrong(EntryCode.DATE_OLD, oldest=oldest.isoformat())
    return told


def _code(text: str, claim: Claim, today: date) -> Progress:
    typed = compact(text)
    scanned_chain = claim.kind is Kind.BLOCKCHAIN and not claim.code
    if not typed:
        return empty(EntryCode.CODE_EMPTY)
    if not is_digits(typed):
        return wrong(EntryCode.CODE_DIGITS)
    length = len(typed)
    if length > (LONG_CODE if scanned_chain else LONG_NUMBER):
        return wrong(EntryCode.CODE_LONG)
    if length == LONG_NUMBER:
        told = _digital_number(typed, today)
        return complete(EntryCode.CODE_IS_NUMBER if told is EntryCode.NUMBER_OK else told)
    if length > LONG_CODE or (not scanned_chain and _begins_a_number(typed, today)):
        return partial(EntryCode.CODE_TO_NUMBER, LONG_NUMBER - length)
    return _code_of(typed, chain_only=scanned_chain)


def _code_of(typed: str, *, chain_only: bool) -> Progress:
    """Up to twelve digits. Ten are a code unless they begin like one of twelve."""
    length = len(typed)
    known = kind_of(typed, "")
    long_one = typed[0] == "0" or chain_only or (length >= SHORT_CODE and known is Kind.UNKNOWN)
    whole = LONG_CODE if length > SHORT_CODE or long_one else SHORT_CODE
    if length < whole:
        return partial(EntryCode.CODE_MORE, whole - length)
    if chain_only and known is not Kind.BLOCKCHAIN:
        return wrong(EntryCode.CODE_NOT_CHAIN)
    doubtful = known is Kind.UNKNOWN or region_of(typed, "") is None
    return complete(EntryCode.CODE_UNKNOWN if doubtful else EntryCode.CODE_OK)


def _begins_a_number(typed: str, today: date) -> bool:
    """Whether it can no longer become a code and begins with a 20-digit number's year and region.

    A code begins with 0, 1 or a province; up to nine digits it has the benefit of the doubt.
    """
    if len(typed) < _HEAD or _digital_number(typed, today) is not EntryCode.NUMBER_OK:
        return False
    if len(typed) < SHORT_CODE:
        return typed[0] not in "01" and region_from_digits(typed[:2] + "00") is None
    return kind_of(typed, "") is Kind.UNKNOWN


def _digital_number(number: str, today: date) -> EntryCode:
    """Whether year and region at the head of a 20-digit number exist."""
    year = int(number[:2])
    region = region_of("", number.ljust(LONG_NUMBER, "0"))
    plausible = FIRST_DIGITAL_YEAR <= year <= today.year % 100 and region
    return EntryCode.NUMBER_OK if plausible else EntryCode.NUMBER_UNUSUAL


def _number(text: str, claim: Claim, today: date) -> Progress:
    typed = compact(text)
    whole = SHORT_NUMBER if claim.code or claim.kind is Kind.BLOCKCHAIN else LONG_NUMBER
    if not typed:
        return empty(EntryCode.NUMBER_EMPTY, digits=str(whole))
    if not is_digits(typed):
        return wrong(EntryCode.NUMBER_DIGITS)
    if len(typed) > whole:
        return wrong(EntryCode.NUMBER_LONG, digits=str(whole))
    if len(typed) < whole:
        return partial(EntryCode.NUMBER_MORE, whole - len(typed))
    return complete(EntryCode.NUMBER_OK if whole == SHORT_NUMBER else _digital_number(typed, today))


def _date(text: str, claim: Claim, today: date) -> Progress:
    typed = solid(text)
    if not typed:
        return empty(EntryCode.DATE_EMPTY)
    if is_digits(typed) and len(typed) < COMPACT:
        return _date_begun(typed, today)
    try:
        day = parse_issued_on(typed)
    except ClaimError as error:
        return _date_unread(typed, error)
    if day > today:
        return wrong(EntryCode.DATE_FUTURE)
    digital = len(claim.number) == LONG_NUMBER
    other_year = digital and f"{day.year % 100:02d}" != claim.number[:2]
    return complete(EntryCode.DATE_OTHER_YEAR if other_year else EntryCode.DATE_OK)


def _date_begun(typed: str, today: date) -> Progress:
    """A year to come or a month that no year has is said at once."""
    year, month = typed[:4], typed[4:6]
    if len(year) == 4 and int(year) > today.year:  # noqa: PLR2004 - a whole year
        return wrong(EntryCode.DATE_FUTURE)
    if month[:1] > "1" or month > "12" or month == "00" or typed[6:7] > "3":
        return wrong(EntryCode.DATE_DAY)
    return partial(EntryCode.DATE_MORE, COMPACT - len(typed))


def _date_unread(typed: str, error: ClaimError) -> Progress:
    if error.code == Fault.CLAIM_DATE_DAY:
        return wrong(EntryCode.DATE_DAY)
    begun = len(typed) < len("2026-10-10") and not is_digits(typed) and _is_date_like(typed)
    return partial(EntryCode.DATE_MORE, 1) if begun else wrong(EntryCode.DATE_FORM)


def _too_old(text: str, told: Progress, oldest: date) -> bool:
    """A year to no avail is said at once, as one to come is."""
    typed = solid(text)
    if told.state is EntryState.COMPLETE:
        return parse_issued_on(typed) < oldest
    begun = told.code is EntryCode.DATE_MORE and is_digits(typed[:4])
    return begun and len(typed) >= 4 and int(typed[:4]) < oldest.year  # noqa: PLR2004 - a year


def _is_date_like(typed: str) -> bool:
    """Digits and separators, beginning with a year."""
    return is_digits(typed[:4]) and all(is_digits(sign) or sign in "-/.年月日" for sign in typed)


_AMOUNT_EMPTY: Final = MappingProxyType(
    {
        AmountBasis.NET: EntryCode.AMOUNT_EMPTY_NET,
        AmountBasis.GROSS: EntryCode.AMOUNT_EMPTY_GROSS,
        AmountBasis.UNKNOWN: EntryCode.AMOUNT_EMPTY,
    }
)
_AMOUNT_OK: Final = MappingProxyType(
    {
        AmountBasis.NET: EntryCode.AMOUNT_OK_NET,
        AmountBasis.GROSS: EntryCode.AMOUNT_OK_GROSS,
        AmountBasis.UNKNOWN: EntryCode.AMOUNT_OK,
    }
)
_AMOUNT_WRONG: Final[Mapping[str, EntryCode]] = MappingProxyType(
    {
        Fault.CLAIM_AMOUNT_DECIMALS: EntryCode.AMOUNT_DECIMALS,
        Fault.CLAIM_AMOUNT_LARGE: EntryCode.AMOUNT_LARGE,
        Fault.CLAIM_AMOUNT_FORM: EntryCode.AMOUNT_FORM,
    }
)


def _amount(text: str, claim: Claim, _today: date) -> Progress:
    """The prompt says with or without tax, because that is where most mismatches come from."""
    typed = plain(text)
    if not typed:
        return empty(_AMOUNT_EMPTY[claim.rule.basis])
    begun = typed in ("-", "¥") or (typed.endswith(".") and typed.count(".") == 1)
    try:
        parse_amount(typed + "0" if begun else typed)
    except ClaimError as error:
        return wrong(_AMOUNT_WRONG[error.code])
    if begun:
        return Progress(EntryState.PARTIAL, EntryCode.AMOUNT_MORE)
    return complete(_AMOUNT_OK[claim.rule.basis])


def _check_code(text: str, claim: Claim, _today: date) -> Progress:
    typed = compact(text)
    digits = claim.rule.check_digits or DEFAULT_CHECK_DIGITS
    if not typed:
        return empty(EntryCode.CHECK_CODE_EMPTY, digits=str(digits))
    letters = digits < DEFAULT_CHECK_DIGITS and typed.isascii() and typed.isalnum()
    if not is_digits(typed) and not letters:
        return wrong(EntryCode.CHECK_CODE_FORM, digits=str(digits))
    if len(typed) > FULL_CHECK_CODE or (len(typed) > digits and not is_digits(typed)):
        return wrong(EntryCode.CHECK_CODE_LONG, digits=str(digits))
    if len(typed) in (digits, FULL_CHECK_CODE):
        return complete(EntryCode.CHECK_CODE_OK)
    whole = digits if len(typed) < digits else FULL_CHECK_CODE
    return partial(EntryCode.CHECK_CODE_MORE, whole - len(typed))


def _seller(text: str, _claim: Claim, _today: date) -> Progress:
    typed = compact(text)
    if not typed:
        return empty(EntryCode.SELLER_EMPTY)
    if not (typed.isascii() and typed.isalnum()):
        return wrong(EntryCode.SELLER_FORM)
    if len(typed) > SELLER_LONGEST:
        return wrong(EntryCode.SELLER_LONG)
    if len(typed) < SELLER_SHORTEST:
        return partial(EntryCode.SELLER_MORE, CREDIT_CODE_LENGTH - len(typed))
    return complete(EntryCode.SELLER_OK if is_valid(typed) else EntryCode.SELLER_UNUSUAL)


_GUIDES: Final[Mapping[Field, Callable[[str, Claim, date], Progress]]] = MappingProxyType(
    {
        Field.CODE: _code,
        Field.NUMBER: _number,
        Field.ISSUED_ON: _date,
        Field.AMOUNT: _amount,
        Field.CHECK_CODE: _check_code,
        Field.SELLER_TAX_ID: _seller,
    }
)
