from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.errors import Fault, MoneyError
from invoices.money import LIMIT_FEN, capital, format_fen, parse_capital, parse_fen
from tests.invoices.strategies import hostile

every_fen = st.integers(min_value=1 - LIMIT_FEN, max_value=LIMIT_FEN - 1)
small_fen = st.integers(min_value=-10_100_000, max_value=10_100_000)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("32", 3200),
        ("0", 0),
        ("-0.00", 0),
        ("64.9", 6490),
        ("91.59", 9159),
        ("0.01", 1),
        ("-12.5", -1250),
        ("007.50", 750),
        ("999999999999.99", LIMIT_FEN - 1),
    ],
)
def test_decimal_amounts(text: str, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.MONEY_EMPTY),
        ("1e3", Fault.MONEY_FORM),
        ("1E3", Fault.MONEY_FORM),
        ("+1", Fault.MONEY_FORM),
        ("--1", Fault.MONEY_FORM),
        (" 1", Fault.MONEY_FORM),
        ("1\n", Fault.MONEY_FORM),
        ("1,000.00", Fault.MONEY_FORM),
        ("1_000", Fault.MONEY_FORM),
        (".5", Fault.MONEY_FORM),
        ("5.", Fault.MONEY_FORM),
        ("NaN", Fault.MONEY_FORM),
        ("inf", Fault.MONEY_FORM),
        ("１２", Fault.MONEY_FORM),
        ("1²", Fault.MONEY_FORM),
        ("9" * 5000, Fault.MONEY_FORM),
        ("1.234", Fault.MONEY_DECIMALS),
        ("1.230", Fault.MONEY_DECIMALS),
        ("1000000000000", Fault.MONEY_LARGE),
    ],
)
def test_anything_else_is_refused(text: str, fault: Fault) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_fen(text)
    assert caught.value.code == fault


@given(every_fen)
def test_decimal_text_comes_back(fen: int) -> None:
    assert parse_fen(format_fen(fen)) == fen


# Printed on real invoices, but for the last three.
@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (25000, "贰佰伍拾圆整"),
        (2067000, "贰万零陆佰柒拾圆整"),
        (1120, "壹拾壹圆贰角"),
        (5270, "伍拾贰圆柒角"),
        (32898, "叁佰贰拾捌圆玖角捌分"),
        (16684, "壹佰陆拾陆圆捌角肆分"),
        (8586, "捌拾伍圆捌角陆分"),
        (1070, "壹拾圆柒角"),
        (100, "壹圆整"),
        (0, "零圆整"),
        (105, "壹圆零伍分"),
        (50, "伍角"),
        (5, "伍分"),
        (-1050, "负壹拾圆伍角"),
        (10_000_000_00, "壹仟万圆整"),
        (1_000_000_001_00, "壹拾亿零壹圆整"),
        (10_0500_0000_00, "壹拾亿零伍佰万圆整"),
        (100_1000_00, "壹佰万壹仟圆整"),
    ],
)
def test_capital_amounts(fen: int, words: str) -> None:
    assert capital(fen) == words
    assert parse_capital(words) == fen


@pytest.mark.parametrize(
    ("words", "fen"),
    [
        ("壹拾圆零柒角整", 1070),
        ("壹拾圆柒角", 1070),
        ("壹拾元柒角正", 1070),
        ("贰佰伍拾圓整", 25000),
        ("貳萬零陸佰柒拾圓整", 2067000),
        ("零圆伍角", 50),
        ("零圆零伍分", 5),
        ("（负数）壹拾圆伍角", -1050),
        (" 壹圆整 ", 100),
        ("壹圆", 100),
    ],
)
def test_other_spellings_of_capital_amounts(words: str, fen: int) -> None:
    assert parse_capital(words) == fen


@pytest.mark.parametrize(
    "words",
    [
        "圆整",
        "整",
        "负",
        "壹",
        "壹佰",
        "佰壹圆整",
        "壹拾贰佰圆整",
        "壹万亿圆整",
        "壹圆零零伍分",
        "壹圆壹圆",
        "一百元",
        "91.59",
        "壹圆整壹分",
        "负负壹圆整",
        "壹" * 200,
    ],
)
def test_words_that_are_no_amount(words: str) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_capital(words)
    assert caught.value.code == Fault.MONEY_CAPITAL


def test_no_words_at_all() -> None:
    with pytest.raises(MoneyError) as caught:
        parse_capital(" ")
    assert caught.value.code == Fault.MONEY_EMPTY


def test_capital_amounts_have_a_limit() -> None:
    with pytest.raises(MoneyError) as caught:
        capital(LIMIT_FEN)
    assert caught.value.code == Fault.MONEY_LARGE


@given(st.one_of(every_fen, small_fen))
def test_capital_amounts_come_back(fen: int) -> None:
    words = capital(fen)
    assert parse_capital(words) == fen
    assert "零零" not in words


@given(hostile)
def test_any_text_is_money_or_a_coded_error(text: str) -> None:
    for parse in (parse_fen, parse_capital):
        with suppress(MoneyError):
            assert abs(parse(text)) < LIMIT_FEN
