from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.widgets.prose import set_lines

SIGNS = st.text(alphabet="发票查验 ab12，。；：！？（）、,.!()\n", max_size=80)


@given(SIGNS, st.integers(min_value=8, max_value=60))
def test_lines_fit_and_nothing_is_lost(text: str, width: int) -> None:
    lines = set_lines(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("再试一次；还是不行。", 8, ["再试一", "次；还是", "不行。"]),
        ("ask a tax officer", 9, ["ask a tax", "officer"]),
        ("选【查验发票】", 8, ["选【查验", "发票】"]),
        ("a\n\nb", 8, ["a", "", "b"]),
        ("", 8, [""]),
    ],
)
def test_where_lines_break(text: str, width: int, lines: list[str]) -> None:
    assert set_lines(text, width) == lines
