from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.errors import Fault, RecordError
from invoices.record import (
    LONGEST_CODE,
    RecordNumber,
    make,
    parse,
    read_record_code,
    record_code,
    spelled,
)
from tests.invoices.strategies import hostile

TOKEN = "ABCDEFGHIJKLMNOP2345"
ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
prefixes = st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True)
record_days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
counters = st.integers(1, 9_999_999)


def test_the_number_on_the_slip() -> None:
    assert make("A03", date(2026, 11, 24), 127) == "A03-261124-0127"
    assert parse("a03-261124-0127 ") == RecordNumber("A03", date(2026, 11, 24), 127)


@given(prefixes, record_days, counters, st.text("ABCDEFGHIJ234567", min_size=20, max_size=20))
def test_record_and_code_come_back(prefix: str, day: date, counter: int, token: str) -> None:
    record = make(prefix, day, counter)
    assert parse(record) == RecordNumber(prefix, day, counter)
    code = record_code(record, token)
    assert len(code) <= LONGEST_CODE
    assert set(code) <= ALPHANUMERIC
    assert read_record_code(code) == (record, token)
    assert read_record_code(f" {code.lower()}\r\n") == (record, token)
    assert read_record_code(record) == (record, None)
    assert read_record_code(f"YPR:{record}") == (record, None)


@pytest.mark.parametrize(
    ("prefix", "counter", "fault"),
    [
        ("", 1, Fault.RECORD_PREFIX),
        ("a03", 1, Fault.RECORD_PREFIX),
        ("3A", 1, Fault.RECORD_PREFIX),
        ("ABCDEFG", 1, Fault.RECORD_PREFIX),
        ("A03", 0, Fault.RECORD_COUNTER),
        ("A03", 10_000_000, Fault.RECORD_COUNTER),
    ],
)
def test_numbers_that_cannot_be_made(prefix: str, counter: int, fault: Fault) -> None:
    with pytest.raises(RecordError) as caught:
        make(prefix, date(2026, 11, 24), counter)
    assert caught.value.code == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.RECORD_FORM),
        ("A03-261324-0127", Fault.RECORD_FORM),
        ("A03-261124-0000", Fault.RECORD_FORM),
        ("A03-261124-00127", Fault.RECORD_FORM),
        ("A03-261124-127", Fault.RECORD_FORM),
        ("YPX:A03-261124-0127", Fault.RECORD_FORM),
        ("YPR:A03-261124-0127:" + TOKEN + ":X", Fault.RECORD_FORM),
        ("YPR:A03-261124-0127:SHORT", Fault.RECORD_TOKEN),
        ("YPR:A03-261124-0127:" + "0" * 20, Fault.RECORD_TOKEN),
        ("YPR:" * 100, Fault.RECORD_FORM),
        ("A03-261124-0127" + " " * 40 + "9", Fault.RECORD_FORM),
    ],
)
def test_texts_that_are_no_record(text: str, fault: Fault) -> None:
    with pytest.raises(RecordError) as caught:
        read_record_code(text)
    assert caught.value.code == fault


def test_a_code_needs_a_whole_token() -> None:
    with pytest.raises(RecordError) as caught:
        record_code("A03-261124-0127", TOKEN.lower())
    assert caught.value.code == Fault.RECORD_TOKEN


@given(st.one_of(hostile, hostile.map("YPR:A03-261124-0127:".__add__)))
def test_any_text_is_a_record_or_a_coded_error(text: str) -> None:
    with suppress(RecordError):
        record, _ = read_record_code(text)
        assert parse(record).counter > 0


@pytest.mark.parametrize(
    ("typed", "record"),
    [
        ("A032611240127", "A03-261124-0127"),
        ("a03 261124 0127", "A03-261124-0127"),
        ("A03-261124-0127", "A03-261124-0127"),
        ("W2611240001", "W-261124-0001"),
        ("A0326112410127", "A03-261124-10127"),
        ("AB12342611240001", "AB1234-261124-0001"),
    ],
)
def test_a_record_number_is_read_with_and_without_hyphens(typed: str, record: str) -> None:
    assert spelled(typed, date(2026, 11, 24)) == record


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "A03",
        "A03261124",
        "A03261124012",
        "A032611250127",
        "A032613240127",
        "A03-2611240127",
        "-",
    ],
)
def test_what_is_not_whole_or_of_a_day_to_come_is_no_record_number(typed: str) -> None:
    with pytest.raises(RecordError):
        spelled(typed, date(2026, 11, 24))


@given(
    prefix=st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True),
    days=st.integers(0, 3000),
    counter=st.integers(1, 9999),
)
def test_hyphens_left_out_are_put_back(prefix: str, days: int, counter: int) -> None:
    today = date(2026, 11, 24)
    record = make(prefix, today - timedelta(days=days), counter)
    assert spelled(record.replace("-", ""), today) == record
