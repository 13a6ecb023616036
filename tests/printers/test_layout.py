"""Every line fits the paper, and nothing of what was said gets lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.characters import plain, width
from printers.document import Document, Feed, Pair, Qr, Rule, Text
from printers.errors import DocumentError
from printers.layout import Line, lay_out, wrap


def lines(*blocks: Text | Pair, columns: int = 32) -> list[str]:
    rows = lay_out(Document(blocks), columns)
    assert all(isinstance(row, Line) for row in rows)
    return [row.text for row in rows if isinstance(row, Line)]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", 10, [""]),
        ("发票查验", 8, ["发票查验"]),
        ("发票查验结果", 8, ["发票查验", "结果"]),
        ("发票查，验", 6, ["发票", "查，验"]),  # no line begins with a comma
        ("核对（发票）", 6, ["核对", "（发", "票）"]),  # none ends with a bracket that opens
        ("the invoice is valid", 12, ["the invoice", "is valid"]),
        ("24112000000012345678", 8, ["24112000", "00001234", "5678"]),
        ("号24112000000012345678", 8, ["号241120", "00000012", "345678"]),
        ("！！！！！！", 4, ["！！", "！！", "！！"]),
        ("word   ", 10, ["word"]),
    ],
)
def test_wrap(text: str, columns: int, expected: list[str]) -> None:
    assert wrap(text, columns) == expected


@given(st.text(st.characters(codec="utf-8")), st.integers(2, 48))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, columns: int) -> None:
    text = plain(text)
    wrapped = wrap(text, columns)
    assert all(width(line) <= columns for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "")


def test_neighbouring_pairs_share_an_edge() -> None:
    assert lines(Pair("结果", "一致"), Pair("发票号码", "****5678")) == [
        "结果      一致",
        "发票号码  ****5678",
    ]


def test_a_long_value_goes_on_under_itself() -> None:
    value = "北京市某某区税务服务中心验票台"
    assert lines(Pair("地点", value)) == ["地点  北京市某某区税务服务中心验", "      票台"]


def test_a_label_that_leaves_no_room_stands_above() -> None:
    label = "Which register answered this"
    assert lines(Pair(label, "live")) == [label, " " * 16 + "live"]


def test_double_size_has_half_the_columns() -> None:
    assert lines(Text("发票查验凭条一二三", size=2)) == ["发票查验凭条一二", "三"]


def test_a_list_hangs_from_its_bullets() -> None:
    assert lines(Text("· 此发票已作废，请不要用它报销、入账或抵扣。")) == [
        "· 此发票已作废，请不要用它报",
        "   销、入账或抵扣。",
    ]
    assert lines(Text("-5 is no bullet and neither is - this one")) == [
        "-5 is no bullet and neither is -",
        "this one",
    ]


def test_other_blocks_stand_as_they_are() -> None:
    blocks = (Rule(), Qr("A"), Feed(2))
    assert lay_out(Document(blocks), 32) == blocks


def test_a_slip_has_an_end() -> None:
    with pytest.raises(DocumentError) as refused:
        lay_out(Document((Text("长" * 10_000),)), 32)
    assert refused.value.code == "document.long"


@pytest.mark.parametrize("data", ["", "汉", "a\nb", "\x1b@", "x" * 1001])
def test_codes_hold_what_scanners_read_back(data: str) -> None:
    with pytest.raises(DocumentError) as refused:
        Qr(data)
    assert refused.value.code == "document.qr"


@pytest.mark.parametrize("amount", [0, 21, -1])
def test_feeds_are_short(amount: int) -> None:
    with pytest.raises(DocumentError) as refused:
        Feed(amount)
    assert refused.value.code == "document.feed"


def test_a_copy_carries_its_mark_once() -> None:
    copy = Document((Text("x"),), reprint_mark="补打").as_reprint()
    assert copy.blocks == (Text("补打", align="center", bold=True), Text("x"))
    with pytest.raises(DocumentError) as refused:
        copy.as_reprint()
    assert refused.value.code == "document.unmarked"
