"""Nothing but visible characters passes, and their width is that of the paper."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.characters import cells, is_native, plain, width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一致，发票正常", "一致，发票正常"),
        ("\x1b@\x1dV\x00\x10\x04\x01x", "@Vx"),  # ESC @, GS V and DLE EOT lose their teeth
        ("a\nb\tc\r\nd", "a b c  d"),
        ("\u202e倒\u202c\u2066x\u2069\u200e", "倒x"),  # direction of reading
        ("a\u200b\ufeff\u00ad\u200db", "ab"),  # invisible ones
        ("a\u3164\u2800\uffa0\u115f\u1160b", "ab"),  # letters drawn as nothing
        ("x\ud800y", "xy"),  # half of a pair
        ("\ue000\U000f0000\U0010ffff", ""),  # private and unassigned
        ("\x80\x9b1m", "1m"),  # C1 controls, CSI among them
        ("e\u0301", "é"),
        ("¥1.00", "￥1.00"),
        ("a\xa0b\u2003c\u3000d\u2028e", "a b c\u3000d e"),
        ("❤\ufe0f", "❤"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text(st.characters(codec=None)))
def test_plain_text_is_visible_and_encodable(text: str) -> None:
    result = plain(text)
    data = result.encode("gb18030")
    assert min(data, default=0x20) >= 0x20
    assert all(unicodedata.category(c)[0] != "C" for c in result)
    assert plain(result) == result


@pytest.mark.parametrize(
    ("character", "columns", "native"),
    [
        ("a", 1, True), ("票", 2, True), ("，", 2, True), ("￥", 2, True), ("–", 2, True),
        ("·", 2, True), ("é", 2, True), ("𠮷", 2, False), ("ğ", 1, False), ("\u0323", 0, False),
        ("ﾀ", 1, False), ("한", 2, False),
    ],
)  # fmt: skip
def test_cells(character: str, columns: int, native: bool) -> None:
    assert cells(character) == columns
    assert is_native(character) is native


def test_width() -> None:
    assert width("热线 12366") == 10
