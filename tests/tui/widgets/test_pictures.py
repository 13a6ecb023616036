from __future__ import annotations

import pytest
from rich.cells import cell_len

from invoices.claim import Claim
from invoices.kinds import Field, Kind
from invoices.record import record_code
from tests.tui.scripted_ports import CATALOGUES, FixedClock
from tui.kiosk.paper import paper_picture
from tui.kiosk.wording import Wording
from tui.widgets.code_picture import qr_dots
from tui.widgets.half_blocks import dots_of, enlarged, half_blocks
from tui.widgets.large_words import drawable, large_lines


def test_two_dots_make_a_character() -> None:
    assert half_blocks(dots_of(["#.#.", "##..", "###."])) == "█▄▀ \n▀▀▀ "


def test_enlarged_dots() -> None:
    assert enlarged([[True, False]], 2) == [[True, True, False, False]] * 2


@pytest.mark.parametrize("record", ["A03-261124-0127", "ABCDEF-261124-1234567"])
def test_the_record_code_fits_beside_the_answer(record: str) -> None:
    dots = qr_dots(record_code(record, "ABCDEFGHIJKLMNOP2345"))
    lines = half_blocks(dots).splitlines()
    assert max(map(len, lines)) <= 33
    assert len(lines) <= 17


def test_large_words() -> None:
    lines = large_lines("一致").splitlines()
    assert (len(lines), len(lines[0])) == (8, 32)
    assert not drawable("龘")
    assert large_lines("龘").strip() == ""


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("field", list(Field))
@pytest.mark.parametrize("kind", list(Kind))
def test_the_paper_shows_the_place_and_keeps_its_shape(
    kind: Kind, field: Field, language: str
) -> None:
    wording = Wording(language, CATALOGUES.translator(language), FixedClock())
    lines = paper_picture(field, Claim(kinds=(kind,)), wording).plain.splitlines()
    assert len(lines) == 8
    assert {cell_len(line) for line in lines} == {28}
    assert "▶" in "".join(lines)
