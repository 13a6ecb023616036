from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.demo_data.issuer import Issuer
from helpdesk.registry.columns import COLUMNS, Entry, cells_of
from helpdesk.registry.errors import RowError
from helpdesk.registry.rows import RowParser
from invoices.kinds import Kind
from invoices.verdict import State

TODAY = date(2026, 11, 24)
ENTRIES = list(Issuer(200, TODAY, Random("rows")).entries())
BLUE = [e for e in ENTRIES if e.state is State.NORMAL and e.face.total > 0]
DIGITAL = next(e for e in BLUE if e.face.kind is Kind.DIGITAL_SPECIAL)
PAPER = next(e for e in BLUE if e.face.kind is Kind.ORDINARY)
RED = next(e for e in ENTRIES if e.face.original_number)


def parse(entry: Entry, **changes: str) -> Entry:
    cells = list(cells_of(entry))
    for name, text in changes.items():
        cells[COLUMNS.index(name)] = text
    return RowParser(TODAY).parse(cells)


def test_every_invented_invoice_is_a_good_row() -> None:
    parser = RowParser(TODAY)

    assert [parser.parse(cells_of(entry)) for entry in ENTRIES] == ENTRIES


HIDDEN = {
    "right-to-left override": "\u202e",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "word joiner": "\u2060",
    "Mongolian vowel separator": "\u180e",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "tag": "\U000e0041",
    "unassigned tag": "\U000e0080",
    "private use": "\ue000",
    "private plane": "\U0010fffd",
    "noncharacter": "\uffff",
    "Hangul filler": "\u3164",
    "halfwidth Hangul filler": "\uffa0",
    "Hangul initial filler": "\u115f",
    "Hangul medial filler": "\u1160",
    "blank braille pattern": "\u2800",
    "delete": "\x7f",
    "next line": "\x85",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_name_with_what_nobody_sees_is_refused(name: str) -> None:
    with pytest.raises(RowError, match=r"row\.foreign") as raised:
        parse(DIGITAL, seller_name=f"示例{HIDDEN[name]}公司")
    assert raised.value.params["column"] == "seller_name"


@pytest.mark.parametrize(
    "name",
    [
        "示例（北京）公司",
        "示例\u3000公司",
        "示例\xa0公司",
        "Exämple Co., Ltd.",
        "\u3007\U00020000\U0003134a店",
        "\U000323af店",
        "阿卜杜拉·买买提",
        "🍜店",
    ],
)
def test_a_name_of_visible_characters_and_blanks_is_taken(name: str) -> None:
    """Also ideographs that are newer than Python's table of Unicode."""
    assert parse(DIGITAL, seller_name=name).face.seller_name == name


def test_blanks_around_cells_and_other_forms_of_the_day_are_taken() -> None:
    day = DIGITAL.face.issued_on

    assert parse(DIGITAL, number=f" {DIGITAL.face.number} ", issued_on=f"{day:%Y%m%d}") == DIGITAL
    assert parse(DIGITAL, issued_on=f"{day.year}年{day.month}月{day.day}日", state="") == DIGITAL


@pytest.mark.parametrize(
    ("entry", "column", "text", "code"),
    [
        (DIGITAL, "kind", "99", "row.kind"),
        (DIGITAL, "kind", "", "row.kind"),
        (DIGITAL, "state", "gone", "row.state"),
        (DIGITAL, "code", "011002001211", "row.code_not_empty"),
        (DIGITAL, "number", DIGITAL.face.number[1:], "row.length"),
        (DIGITAL, "number", DIGITAL.face.number[:-1] + "x", "row.digits"),
        (DIGITAL, "number", "１" * 20, "row.digits"),
        (PAPER, "code", "", "row.code"),
        (PAPER, "code", "12345678901", "row.code"),
        (PAPER, "number", "1234567", "row.length"),
        (PAPER, "kind", "01", "row.kind_of_code"),
        (PAPER, "check_code", "12345", "row.check_code"),
        (PAPER, "check_code", "", "row.check_code"),
        (DIGITAL, "issued_on", "2026-02-30", "row.day"),
        (DIGITAL, "issued_on", "45000", "row.day"),
        (DIGITAL, "issued_on", (TODAY + timedelta(1)).isoformat(), "row.future"),
        (DIGITAL, "net_amount", "1e3", "row.amount"),
        (DIGITAL, "net_amount", "1,000.00", "row.amount"),
        (DIGITAL, "tax_amount", "0.001", "row.amount"),
        (DIGITAL, "total_amount", "0.01", "row.sum"),
        (DIGITAL, "seller_tax_id", "91110108ma01g0fb09", "row.tax_id"),
        (DIGITAL, "buyer_tax_id", "123", "row.tax_id"),
        (DIGITAL, "seller_name", "=HYPERLINK(1)", "row.formula"),
        (DIGITAL, "buyer_name", "@SUM(1)", "row.formula"),
        (DIGITAL, "seller_name", "示例\x00公司", "row.foreign"),
        (DIGITAL, "seller_name", "示例\n公司", "row.foreign"),
        (DIGITAL, "seller_name", "示例\u202e公司", "row.foreign"),
        (DIGITAL, "seller_name", "示例\ud800", "row.foreign"),
        (DIGITAL, "seller_name", "\ufffd", "row.foreign"),
        (DIGITAL, "seller_name", "长" * 1_000_000, "row.long"),
        (RED, "original_number", "", "row.original_missing"),
        (RED, "original_number", "12", "row.original"),
        (RED, "state", "voided", "row.red_state"),
        (DIGITAL, "original_number", "26112000000000000001", "row.red_amount"),
    ],
)
def test_a_wrong_cell_is_named_by_its_column(
    entry: Entry, column: str, text: str, code: str
) -> None:
    with pytest.raises(RowError) as raised:
        parse(entry, **{column: text})

    assert raised.value.code == code
    assert raised.value.params["column"] in COLUMNS
    if code not in ("row.sum", "row.red_amount", "row.original", "row.kind_of_code"):
        assert raised.value.params["column"] == column


CELLS = st.lists(st.text(max_size=30), min_size=len(COLUMNS), max_size=len(COLUMNS))
CHANGED = st.tuples(
    st.sampled_from(ENTRIES),
    st.dictionaries(st.integers(0, len(COLUMNS) - 1), st.text(max_size=25), max_size=3),
)


@given(CELLS)
def test_any_cells_are_an_entry_or_a_coded_error(cells: list[str]) -> None:
    with suppress(RowError):
        RowParser(TODAY).parse(cells)


@given(CHANGED)
def test_a_good_row_with_some_cells_changed_parses_to_what_it_says(
    changed: tuple[Entry, dict[int, str]],
) -> None:
    entry, changes = changed
    cells = list(cells_of(entry))
    for place, text in changes.items():
        cells[place] = text
    try:
        parsed = RowParser(TODAY).parse(cells)
    except RowError:
        return
    assert RowParser(TODAY).parse(cells_of(parsed)) == parsed
    assert parsed.face.net + parsed.face.tax == parsed.face.total
