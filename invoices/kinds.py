"""Kinds of invoice and what the state platform asks to verify each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """The platform's kind code (not the type printed in the QR code, which differs)."""

    SPECIAL = "01"
    FREIGHT = "02"
    VEHICLE = "03"
    ORDINARY = "04"
    E_SPECIAL = "08"
    E_ORDINARY = "10"
    ROLL = "11"
    TOLL = "14"
    USED_CAR = "15"
    DIGITAL_SPECIAL = "31"
    DIGITAL_ORDINARY = "32"
    RAIL = "51"
    AIR = "61"
    DIGITAL_VEHICLE = "83"
    DIGITAL_USED_CAR = "84"
    PAPER_SPECIAL = "85"
    PAPER_ORDINARY = "86"
    PAPER_VEHICLE = "87"
    PAPER_USED_CAR = "88"
    BLOCKCHAIN = "blockchain"
    UNKNOWN = "99"


class Field(StrEnum):
    """A field a person can state about an invoice."""

    CODE = "code"
    NUMBER = "number"
    ISSUED_ON = "issued_on"
    AMOUNT = "amount"
    CHECK_CODE = "check_code"
    SELLER_TAX_ID = "seller_tax_id"


class AmountBasis(StrEnum):
    """Which of an invoice's amounts is meant: without tax, with tax, or not known."""

    NET = "net"
    GROSS = "gross"
    UNKNOWN = "unknown"


class Value(StrEnum):
    """What stands in the value place of the canonical body."""

    NET = "net"
    GROSS = "gross"
    CHECK_CODE = "check_code"
    NET_AND_CHECK_CODE = "net_and_check_code"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class KindRule:
    """What verifying one kind takes, for invoices issued from `valid_from` to `valid_to`.

    `basis` is the amount that a stated amount is compared with; `check_digits` how many
    last characters of the check code count (0: none asked). The dates choose between rows
    of one kind; outside all rows the nearest applies, so a date never refuses an invoice.
    """

    kind: Kind
    fields: tuple[Field, ...]
    basis: AmountBasis
    check_digits: int
    value: Value
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the row is meant for invoices issued on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


_PAPER: Final = (Field.CODE, Field.NUMBER, Field.ISSUED_ON)
_BY_AMOUNT: Final = (*_PAPER, Field.AMOUNT)
_BY_CHECK: Final = (*_PAPER, Field.CHECK_CODE)
_DIGITAL: Final = (Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT)
_CHAIN: Final = (*_BY_AMOUNT, Field.CHECK_CODE, Field.SELLER_TAX_ID)
_NET: Final = AmountBasis.NET
_GROSS: Final = AmountBasis.GROSS

# The platform's table of asked fields. 83, 84, 87 and 88 stand in two lists of kinds only and
# follow their older sisters 03 and 15; 85 and 86 as settled in the design. The first and last
# days are those announced for the kind and were not checked against the announcements.
RULES: Final[tuple[KindRule, ...]] = (
    KindRule(Kind.SPECIAL, _BY_AMOUNT, _NET, 0, Value.NET),
    KindRule(Kind.FREIGHT, _BY_AMOUNT, _NET, 0, Value.NET, None, date(2016, 6, 30)),
    KindRule(Kind.VEHICLE, _BY_AMOUNT, _NET, 0, Value.NET),
    KindRule(Kind.ORDINARY, _BY_CHECK, _NET, 6, Value.CHECK_CODE),
    KindRule(Kind.E_SPECIAL, _BY_AMOUNT, _NET, 0, Value.NET, date(2020, 9, 1)),
    KindRule(Kind.E_ORDINARY, _BY_CHECK, _NET, 6, Value.CHECK_CODE, date(2015, 8, 1)),
    KindRule(Kind.ROLL, _BY_CHECK, _NET, 6, Value.CHECK_CODE),
    KindRule(Kind.TOLL, _BY_CHECK, _NET, 6, Value.CHECK_CODE, date(2018, 1, 1)),
    KindRule(Kind.USED_CAR, _BY_AMOUNT, _GROSS, 0, Value.GROSS),
    KindRule(Kind.DIGITAL_SPECIAL, _DIGITAL, _GROSS, 0, Value.GROSS, date(2021, 12, 1)),
    KindRule(Kind.DIGITAL_ORDINARY, _DIGITAL, _GROSS, 0, Value.GROSS, date(2021, 12, 1)),
    KindRule(Kind.RAIL, _DIGITAL, _GROSS, 0, Value.GROSS, date(2024, 11, 1)),
    KindRule(Kind.AIR, _DIGITAL, _GROSS, 0, Value.GROSS, date(2024, 12, 1)),
    KindRule(Kind.DIGITAL_VEHICLE, _DIGITAL, _GROSS, 0, Value.GROSS, date(2021, 12, 1)),
    KindRule(Kind.DIGITAL_USED_CAR, _DIGITAL, _GROSS, 0, Value.GROSS, date(2021, 12, 1)),
    KindRule(Kind.PAPER_SPECIAL, _BY_AMOUNT, _NET, 0, Value.NET, date(2021, 12, 1)),
    KindRule(Kind.PAPER_ORDINARY, _BY_CHECK, _NET, 6, Value.CHECK_CODE, date(2021, 12, 1)),
    KindRule(Kind.PAPER_VEHICLE, _BY_AMOUNT, _NET, 0, Value.NET, date(2021, 12, 1)),
    KindRule(Kind.PAPER_USED_CAR, _BY_AMOUNT, _GROSS, 0, Value.GROSS, date(2021, 12, 1)),
    KindRule(Kind.BLOCKCHAIN, _CHAIN, _NET, 5, Value.NET_AND_CHECK_CODE, date(2018, 8, 10)),
    KindRule(Kind.UNKNOWN, (), AmountBasis.UNKNOWN, 0, Value.NOTHING),
)


def _by_kind(rules: tuple[KindRule, ...]) -> Mapping[Kind, tuple[KindRule, ...]]:
    """Rows of each kind, oldest first."""
    return MappingProxyType(
        {kind: tuple(rule for rule in rules if rule.kind is kind) for kind in Kind}
    )


_ROWS: Final = _by_kind(RULES)


def choose(rows: tuple[KindRule, ...], issued_on: date | None) -> KindRule:
    """The row in force on a day: the newest without a day, the nearest older one in a gap."""
    if issued_on is None or len(rows) == 1:
        return rows[-1]
    begun = [row for row in rows if row.valid_from is None or row.valid_from <= issued_on]
    return next((row for row in reversed(begun) if row.covers(issued_on)), (begun or rows[:1])[-1])


def rule_of(kind: Kind, issued_on: date | None = None) -> KindRule:
    """What verifying an invoice of this kind takes; `Kind.UNKNOWN` asks for nothing."""
    return choose(_ROWS[kind], issued_on)
