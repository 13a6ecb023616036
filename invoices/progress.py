"""What can be said of a field while it is typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class EntryState(StrEnum):
    """How far a field is."""

    EMPTY = "empty"
    PARTIAL = "partial"
    COMPLETE = "complete"
    WRONG = "wrong"


class EntryCode(StrEnum):
    """All that is said while typing; the sentence of each stands under its own value."""

    CODE_EMPTY = "entry.code.empty"
    CODE_MORE = "entry.code.more"
    CODE_TO_NUMBER = "entry.code.to_number"
    CODE_OK = "entry.code.ok"
    CODE_IS_NUMBER = "entry.code.is_number"
    CODE_UNKNOWN = "entry.code.unknown"
    CODE_NOT_CHAIN = "entry.code.not_chain"
    CODE_DIGITS = "entry.code.digits"
    CODE_LONG = "entry.code.long"
    NUMBER_EMPTY = "entry.number.empty"
    NUMBER_MORE = "entry.number.more"
    NUMBER_OK = "entry.number.ok"
    NUMBER_UNUSUAL = "entry.number.unusual"
    NUMBER_DIGITS = "entry.number.digits"
    NUMBER_LONG = "entry.number.long"
    DATE_EMPTY = "entry.issued_on.empty"
    DATE_MORE = "entry.issued_on.more"
    DATE_OK = "entry.issued_on.ok"
    DATE_OTHER_YEAR = "entry.issued_on.other_year"
    DATE_FUTURE = "entry.issued_on.future"
    DATE_OLD = "entry.issued_on.old"
    DATE_DAY = "entry.issued_on.day"
    DATE_FORM = "entry.issued_on.form"
    AMOUNT_EMPTY_NET = "entry.amount.empty_net"
    AMOUNT_EMPTY_GROSS = "entry.amount.empty_gross"
    AMOUNT_EMPTY = "entry.amount.empty"
    AMOUNT_MORE = "entry.amount.more"
    AMOUNT_OK_NET = "entry.amount.ok_net"
    AMOUNT_OK_GROSS = "entry.amount.ok_gross"
    AMOUNT_OK = "entry.amount.ok"
    AMOUNT_FORM = "entry.amount.form"
    AMOUNT_DECIMALS = "entry.amount.decimals"
    AMOUNT_LARGE = "entry.amount.large"
    CHECK_CODE_EMPTY = "entry.check_code.empty"
    CHECK_CODE_MORE = "entry.check_code.more"
    CHECK_CODE_OK = "entry.check_code.ok"
    CHECK_CODE_FORM = "entry.check_code.form"
    CHECK_CODE_LONG = "entry.check_code.long"
    SELLER_EMPTY = "entry.seller_tax_id.empty"
    SELLER_MORE = "entry.seller_tax_id.more"
    SELLER_OK = "entry.seller_tax_id.ok"
    SELLER_UNUSUAL = "entry.seller_tax_id.unusual"
    SELLER_FORM = "entry.seller_tax_id.form"
    SELLER_LONG = "entry.seller_tax_id.long"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the field is and the sentence to show: a code with its parameters.

    A `COMPLETE` field may carry a warning (`.unknown`, `.unusual`, `.other_year`) that asks
    to look again without stopping anyone.
    """

    state: EntryState
    code: EntryCode
    params: Mapping[str, str] = field(default_factory=dict)


def empty(code: EntryCode, **params: str) -> Progress:
    """Nothing typed yet."""
    return Progress(EntryState.EMPTY, code, params)


def partial(code: EntryCode, remaining: int) -> Progress:
    """`remaining` more characters to come."""
    return Progress(EntryState.PARTIAL, code, {"remaining": str(remaining)})


def complete(code: EntryCode, **params: str) -> Progress:
    """The field can be taken as it is."""
    return Progress(EntryState.COMPLETE, code, params)


def wrong(code: EntryCode, **params: str) -> Progress:
    """The field cannot be right."""
    return Progress(EntryState.WRONG, code, params)
