from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from invoices.kinds import RULES, AmountBasis, Field, Kind, Value, choose, rule_of

PAPER = (Field.CODE, Field.NUMBER, Field.ISSUED_ON)


def test_every_kind_has_a_rule() -> None:
    assert {rule.kind for rule in RULES} == set(Kind)
    assert all(rule_of(kind).kind is kind for kind in Kind)


@pytest.mark.parametrize("kind", ["01", "02", "03", "08", "85", "87"])
def test_kinds_verified_by_the_amount_without_tax(kind: str) -> None:
    rule = rule_of(Kind(kind))
    assert rule.fields == (*PAPER, Field.AMOUNT)
    assert (rule.basis, rule.value) == (AmountBasis.NET, Value.NET)


@pytest.mark.parametrize("kind", ["15", "88"])
def test_used_cars_are_verified_by_the_whole_price(kind: str) -> None:
    rule = rule_of(Kind(kind))
    assert rule.fields == (*PAPER, Field.AMOUNT)
    assert (rule.basis, rule.value) == (AmountBasis.GROSS, Value.GROSS)


@pytest.mark.parametrize("kind", ["04", "10", "11", "14", "86"])
def test_kinds_verified_by_the_check_code(kind: str) -> None:
    rule = rule_of(Kind(kind))
    assert rule.fields == (*PAPER, Field.CHECK_CODE)
    assert (rule.check_digits, rule.value) == (6, Value.CHECK_CODE)


@pytest.mark.parametrize("kind", ["31", "32", "51", "61", "83", "84"])
def test_digital_invoices_have_no_code(kind: str) -> None:
    rule = rule_of(Kind(kind))
    assert rule.fields == (Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT)
    assert (rule.basis, rule.value) == (AmountBasis.GROSS, Value.GROSS)


def test_blockchain_and_unknown() -> None:
    assert set(rule_of(Kind.BLOCKCHAIN).fields) == set(Field)
    assert rule_of(Kind.BLOCKCHAIN).check_digits == 5
    assert rule_of(Kind.UNKNOWN).fields == ()


def test_the_row_in_force_on_the_day_of_issue_counts() -> None:
    old = replace(rule_of(Kind.SPECIAL), valid_from=date(2015, 1, 1), valid_to=date(2019, 12, 31))
    new = replace(old, check_digits=6, valid_from=date(2021, 1, 1), valid_to=None)
    rows = (old, new)
    assert choose(rows, None) is new
    assert choose(rows, date(2018, 5, 5)) is old
    assert choose(rows, date(2021, 1, 1)) is new
    assert choose(rows, date(2020, 6, 1)) is old, "a gap: the nearest older row"
    assert choose(rows, date(2001, 1, 1)) is old, "before all rows: the first"


def test_a_date_never_refuses_a_kind() -> None:
    assert rule_of(Kind.FREIGHT, date(2026, 1, 1)).fields
    assert not rule_of(Kind.FREIGHT).covers(date(2026, 1, 1))
    assert rule_of(Kind.FREIGHT).covers(date(2016, 6, 30))
