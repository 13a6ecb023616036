from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.claim import Claim, from_face, from_fields, from_qr
from invoices.dates import years_before
from invoices.kinds import Kind
from invoices.qr import read
from invoices.rules import Policy, refusal
from invoices.verdict import Verdict
from tests.invoices.strategies import TODAY, days, face_of

POLICY = Policy()


def issued(day: date) -> Claim:
    return replace(from_face(face_of(Kind.SPECIAL)), issued_on=day)


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (date(2026, 11, 25), Verdict.BAD_INPUT),
        (date(2026, 11, 24), Verdict.TOO_EARLY),
        (date(2026, 11, 23), None),
        (date(2021, 11, 24), None),
        (date(2021, 11, 23), Verdict.TOO_OLD),
    ],
)
def test_days_around_the_borders(day: date, verdict: Verdict | None) -> None:
    assert refusal(issued(day), TODAY, POLICY) == verdict


def test_five_years_before_a_leap_day() -> None:
    leap = date(2028, 2, 29)
    assert refusal(issued(date(2023, 2, 28)), leap, POLICY) is None
    assert refusal(issued(date(2023, 2, 27)), leap, POLICY) is Verdict.TOO_OLD


def test_rules_can_be_turned_off_but_the_future_stays_wrong() -> None:
    free = Policy(next_day=False, years=None, daily_limit=None)
    assert refusal(issued(TODAY), TODAY, free) is None
    assert refusal(issued(date(2001, 1, 1)), TODAY, free) is None
    assert refusal(issued(date(2026, 11, 25)), TODAY, free) is Verdict.BAD_INPUT


def test_missing_fields_come_before_everything() -> None:
    assert refusal(Claim(), TODAY, POLICY) is Verdict.BAD_INPUT
    special = from_fields(code="1100261130", number="12345678", issued_on="20100101")
    assert refusal(special, TODAY, POLICY) is Verdict.BAD_INPUT
    unnamed = from_fields(code="1100261130", issued_on="20261103", amount="1")
    assert refusal(unnamed, TODAY, POLICY) is Verdict.BAD_INPUT


def test_a_kind_no_rule_knows_is_unsupported_unless_its_date_is_wrong() -> None:
    unknown = from_fields(code="011002600199", number="12345678", issued_on="20100101")
    assert refusal(unknown, TODAY, POLICY) is Verdict.UNSUPPORTED
    future = from_fields(code="011002600199", number="12345678", issued_on="20300101")
    assert refusal(future, TODAY, POLICY) is Verdict.BAD_INPUT
    code_only = from_fields(code="011002600199")
    assert refusal(code_only, TODAY, POLICY) is Verdict.UNSUPPORTED
    scanned = from_qr(read("01,20,,26112000000000000017,91.59,20261103"))
    assert refusal(scanned, TODAY, POLICY) is Verdict.UNSUPPORTED


def test_the_daily_limit_counts_to_five() -> None:
    assert [POLICY.exhausted(count) for count in (0, 4, 5, 6)] == [False, False, True, True]
    assert not Policy(daily_limit=None).exhausted(10**6)


@given(days, st.integers(0, 3000))
def test_years_before_keeps_month_and_day_but_for_leap_days(day: date, years: int) -> None:
    earlier = years_before(day, years)
    assert earlier.year == max(day.year - years, 1)
    assert earlier.month == day.month
    assert earlier.day == day.day or (day.day, earlier.day) == (29, 28)
