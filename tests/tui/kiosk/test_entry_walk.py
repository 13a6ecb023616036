from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from invoices.claim import Claim, from_qr
from invoices.kinds import Field, Kind
from invoices.qr import read
from tests.tui.kiosk.scenes import CHAIN
from tui.kiosk.entry_walk import EntryWalk, typed_texts

TODAY = date(2026, 11, 24)


def test_the_next_field_follows_from_the_code() -> None:
    walk = EntryWalk(Claim())
    asked = []
    for answer in ("1100203130", "12345678", "20261103"):
        asked.append(walk.field)
        walk.type(answer)
        assert walk.go_on(TODAY) is None
    walk.type("91.59")
    claim = walk.go_on(TODAY)
    assert [*asked, walk.field] == [Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT]
    assert claim is not None
    assert (claim.kind, claim.amount) == (Kind.SPECIAL, 9159)


def test_what_is_not_complete_does_not_go_on() -> None:
    walk = EntryWalk(Claim())
    walk.type("0110")
    assert walk.go_on(TODAY) is None
    assert (walk.field, walk.text) == (Field.CODE, "0110")


def test_back_gives_the_answer_back() -> None:
    walk = EntryWalk(Claim())
    walk.type("011002600111")
    walk.go_on(TODAY)
    assert walk.go_back()
    assert (walk.field, walk.text, walk.claim) == (Field.CODE, "011002600111", Claim())
    assert not walk.go_back()


def test_a_code_of_another_kind_is_not_taken_for_a_scanned_blockchain_invoice() -> None:
    walk = EntryWalk(from_qr(read(CHAIN.decode())))
    assert walk.field is Field.CODE
    walk.type("011002600111")
    assert walk.go_on(TODAY) is None
    assert walk.field is Field.CODE


def test_letters_are_for_fields_that_have_them() -> None:
    walk = EntryWalk(Claim())
    assert not walk.type("abc")
    assert not walk.spelled


def test_a_claim_can_be_typed_again_from_its_own_texts() -> None:
    claim = from_qr(read("01,10,011002600111,12345678,91.59,20261103,04539546210006479666,"))
    walk = EntryWalk(Claim(), typed_texts(claim))
    result = None
    for _ in range(4):
        result = walk.go_on(TODAY)
    assert result is not None
    assert (result.code, result.number, result.issued_on) == (
        claim.code,
        claim.number,
        claim.issued_on,
    )
    assert result.check_code == claim.check_code


@given(
    st.lists(st.one_of(st.text(max_size=30), st.sampled_from(["<", "!", ">", "^"])), max_size=40)
)
def test_nothing_typed_raises(strokes: list[str]) -> None:
    walk = EntryWalk(Claim())
    for stroke in strokes:
        match stroke:
            case "<":
                walk.erase()
            case "!":
                walk.clear()
            case ">":
                walk.go_on(TODAY)
            case "^":
                walk.go_back()
            case _:
                walk.type(stroke)
        walk.progress(TODAY)
        assert len(walk.text) <= 20
