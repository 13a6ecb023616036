from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.claim import Claim, from_face, from_fields, from_qr
from invoices.entry import EntryCode, EntryState, Progress, next_field, progress
from invoices.errors import ClaimError
from invoices.kinds import Field, Kind
from invoices.qr import read
from tests.invoices.strategies import SELLER, TODAY, face_of, faces, hostile

EMPTY = Claim()
CODED = from_fields(code="011002600111")
DIGITAL = from_fields(number="26112000000000000017")
CHAIN = from_qr(
    read(
        "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan"
        f"?hash={'01' * 33}&bill_num=30532037&total_amount=7200"
    )
)


def said(field: Field, text: str, claim: Claim = EMPTY) -> tuple[str, str, str]:
    told = progress(field, text, claim, TODAY)
    return told.state.value, told.code.value, told.params.get("remaining", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("empty", "entry.code.empty", "")),
        ("1100261", ("partial", "entry.code.more", "3")),
        ("1100261130", ("complete", "entry.code.ok", "")),
        ("110026113", ("partial", "entry.code.more", "1")),
        ("1100261930", ("partial", "entry.code.more", "2")),
        ("0110026001", ("partial", "entry.code.more", "2")),
        ("011002600", ("partial", "entry.code.more", "3")),
        ("1440318091", ("partial", "entry.code.more", "2")),
        ("144031809110", ("complete", "entry.code.ok", "")),
        ("011002600111", ("complete", "entry.code.ok", "")),
        ("0110 0260 0111", ("complete", "entry.code.ok", "")),
        ("011002600199", ("complete", "entry.code.unknown", "")),
        ("099002600111", ("complete", "entry.code.unknown", "")),
        ("261", ("partial", "entry.code.more", "7")),
        ("2611", ("partial", "entry.code.to_number", "16")),
        ("2300", ("partial", "entry.code.more", "6")),
        ("2311", ("partial", "entry.code.more", "6")),
        ("2311200000", ("partial", "entry.code.to_number", "10")),
        ("261120000000", ("partial", "entry.code.to_number", "8")),
        ("2611200000000", ("partial", "entry.code.to_number", "7")),
        ("26112000000000000017", ("complete", "entry.code.is_number", "")),
        ("26992000000000000017", ("complete", "entry.number.unusual", "")),
        ("261120000000000000171", ("wrong", "entry.code.long", "")),
        ("01100A", ("wrong", "entry.code.digits", "")),
        ("9" * 500, ("wrong", "entry.code.long", "")),
    ],
)
def test_the_first_field_takes_a_code_or_a_long_number(
    text: str, expected: tuple[str, str, str]
) -> None:
    assert said(Field.CODE, text) == expected


def test_after_a_blockchain_scan_only_such_a_code_fits() -> None:
    assert said(Field.CODE, "1100261130", CHAIN) == ("partial", "entry.code.more", "2")
    assert said(Field.CODE, "144031809110", CHAIN)[1] == "entry.code.ok"
    assert said(Field.CODE, "011002600111", CHAIN)[:2] == ("wrong", "entry.code.not_chain")
    assert said(Field.CODE, "2611200000000", CHAIN)[1] == "entry.code.long"


@pytest.mark.parametrize(
    ("text", "claim", "expected"),
    [
        ("", CODED, ("empty", "entry.number.empty", "")),
        ("123", CODED, ("partial", "entry.number.more", "5")),
        ("12345678", CODED, ("complete", "entry.number.ok", "")),
        ("123456789", CODED, ("wrong", "entry.number.long", "")),
        ("1x", CODED, ("wrong", "entry.number.digits", "")),
        ("261120", EMPTY, ("partial", "entry.number.more", "14")),
        ("26112000000000000017", EMPTY, ("complete", "entry.number.ok", "")),
        ("27112000000000000017", EMPTY, ("complete", "entry.number.unusual", "")),
        ("20112000000000000017", EMPTY, ("complete", "entry.number.unusual", "")),
        ("30532037", CHAIN, ("complete", "entry.number.ok", "")),
    ],
)
def test_number(text: str, claim: Claim, expected: tuple[str, str, str]) -> None:
    assert said(Field.NUMBER, text, claim) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("empty", "entry.issued_on.empty", "")),
        ("2026", ("partial", "entry.issued_on.more", "4")),
        ("2027", ("wrong", "entry.issued_on.future", "")),
        ("20261", ("partial", "entry.issued_on.more", "3")),
        ("20262", ("wrong", "entry.issued_on.day", "")),
        ("202600", ("wrong", "entry.issued_on.day", "")),
        ("202613", ("wrong", "entry.issued_on.day", "")),
        ("2026114", ("wrong", "entry.issued_on.day", "")),
        ("20261124", ("complete", "entry.issued_on.ok", "")),
        ("20261125", ("wrong", "entry.issued_on.future", "")),
        ("20260230", ("wrong", "entry.issued_on.day", "")),
        ("2026-11-03", ("complete", "entry.issued_on.ok", "")),
        ("2026年11月3日", ("complete", "entry.issued_on.ok", "")),
        ("2026-1", ("partial", "entry.issued_on.more", "1")),
        ("202611033", ("wrong", "entry.issued_on.form", "")),
        ("3.11.2026", ("wrong", "entry.issued_on.form", "")),
        ("today", ("wrong", "entry.issued_on.form", "")),
    ],
)
def test_date(text: str, expected: tuple[str, str, str]) -> None:
    assert said(Field.ISSUED_ON, text) == expected


def test_the_year_of_a_digital_invoice_stands_in_its_number() -> None:
    assert said(Field.ISSUED_ON, "20261103", DIGITAL)[1] == "entry.issued_on.ok"
    assert said(Field.ISSUED_ON, "20251103", DIGITAL) == (
        "complete",
        "entry.issued_on.other_year",
        "",
    )


@pytest.mark.parametrize(
    ("text", "claim", "expected"),
    [
        ("", from_fields(code="1100261130"), "entry.amount.empty_net"),
        ("", DIGITAL, "entry.amount.empty_gross"),
        ("", EMPTY, "entry.amount.empty"),
        ("91.59", from_fields(code="1100261130"), "entry.amount.ok_net"),
        ("-91.5", DIGITAL, "entry.amount.ok_gross"),
        ("9", EMPTY, "entry.amount.ok"),
        ("9.", DIGITAL, "entry.amount.more"),
        ("-", DIGITAL, "entry.amount.more"),
        ("￥", DIGITAL, "entry.amount.more"),
        ("9.123", DIGITAL, "entry.amount.decimals"),
        ("9..1", DIGITAL, "entry.amount.form"),
        (".", DIGITAL, "entry.amount.form"),
        ("1,000", DIGITAL, "entry.amount.form"),
        ("1e3", DIGITAL, "entry.amount.form"),
        ("1000000000000", DIGITAL, "entry.amount.large"),
    ],
)
def test_amount_and_its_basis(text: str, claim: Claim, expected: str) -> None:
    assert said(Field.AMOUNT, text, claim)[1] == expected


@pytest.mark.parametrize(
    ("text", "claim", "expected"),
    [
        ("", CODED, ("empty", "entry.check_code.empty", "")),
        ("1234", CODED, ("partial", "entry.check_code.more", "2")),
        ("123456", CODED, ("complete", "entry.check_code.ok", "")),
        ("12345 67", CODED, ("partial", "entry.check_code.more", "13")),
        ("12345 67890 12345 67890", CODED, ("complete", "entry.check_code.ok", "")),
        ("1" * 21, CODED, ("wrong", "entry.check_code.long", "")),
        ("12a", CODED, ("wrong", "entry.check_code.form", "")),
        ("1a2b", CHAIN, ("partial", "entry.check_code.more", "1")),
        ("1a2bc", CHAIN, ("complete", "entry.check_code.ok", "")),
        ("1a2bcd", CHAIN, ("wrong", "entry.check_code.long", "")),
    ],
)
def test_check_code(text: str, claim: Claim, expected: tuple[str, str, str]) -> None:
    assert said(Field.CHECK_CODE, text, claim) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("empty", "entry.seller_tax_id.empty", "")),
        (SELLER[:10], ("partial", "entry.seller_tax_id.more", "8")),
        ("91320106751253359f", ("complete", "entry.seller_tax_id.ok", "")),
        ("91320106751253358F", ("complete", "entry.seller_tax_id.unusual", "")),
        ("110108802100433", ("complete", "entry.seller_tax_id.unusual", "")),
        ("1" * 21, ("wrong", "entry.seller_tax_id.long", "")),
        ("税", ("wrong", "entry.seller_tax_id.form", "")),
    ],
)
def test_seller(text: str, expected: tuple[str, str, str]) -> None:
    assert said(Field.SELLER_TAX_ID, text) == expected


def test_the_next_field_follows_from_the_code() -> None:
    assert next_field(EMPTY) is Field.CODE
    asked = []
    claim = EMPTY
    answers = {
        Field.CODE: "011002600111",
        Field.NUMBER: "12345678",
        Field.ISSUED_ON: "20261103",
        Field.CHECK_CODE: "123456",
    }
    while (field := next_field(claim)) is not None:
        asked.append(field)
        claim = claim.with_(field, answers[field])
    assert asked == list(answers)


def test_a_long_number_goes_straight_to_date_and_amount() -> None:
    claim = EMPTY.with_(Field.CODE, "26112000000000000017")
    assert next_field(claim) is Field.ISSUED_ON
    claim = claim.with_(Field.ISSUED_ON, "20261103")
    assert next_field(claim) is Field.AMOUNT
    assert next_field(claim.with_(Field.AMOUNT, "1")) is None


def test_an_unknown_code_asks_for_nothing_more() -> None:
    assert next_field(from_fields(code="011002600199")) is None
    assert next_field(from_face(face_of(Kind.SPECIAL))) is None
    assert next_field(CHAIN) is Field.CODE


@given(st.sampled_from(Field), hostile, st.one_of(st.just(EMPTY), faces().map(from_face)))
def test_any_text_gets_an_answer_of_its_field_and_complete_ones_are_taken(
    field: Field, text: str, claim: Claim
) -> None:
    told = progress(field, text, claim, TODAY)
    own = f"entry.{field}."
    assert told.code.startswith(own) or told.code is EntryCode.NUMBER_UNUSUAL
    assert all(isinstance(value, str) for value in told.params.values())
    if told.state is EntryState.COMPLETE:
        assert claim.with_(field, text).kinds
    if told.state is EntryState.EMPTY:
        assert not any(sign.isalnum() for sign in text)


@given(faces())
def test_every_prefix_of_a_right_answer_is_on_the_way(face: object) -> None:
    claim = from_face(face)  # type: ignore[arg-type] # hypothesis types composites loosely
    today = (claim.issued_on or date.max) + timedelta(days=1)
    for field in (Field.CODE, Field.NUMBER, Field.CHECK_CODE):
        whole = getattr(claim, field) or ""
        for end in range(len(whole)):
            told = progress(field, whole[:end], claim, today)
            head_of_long_code = field is Field.CODE and end == 10
            assert told.state in (EntryState.EMPTY, EntryState.PARTIAL) or head_of_long_code
    if claim.issued_on is not None:
        typed = f"{claim.issued_on:%Y%m%d}"
        for end in range(1, 8):
            assert progress(Field.ISSUED_ON, typed[:end], claim, today).state is EntryState.PARTIAL
        assert progress(Field.ISSUED_ON, typed, claim, today).state is EntryState.COMPLETE


@given(st.sampled_from(Field), hostile)
def test_what_is_wrong_while_typing_is_refused_by_the_claim_too(field: Field, text: str) -> None:
    told: Progress = progress(field, text, EMPTY, TODAY)
    if told.state is not EntryState.WRONG or told.code is EntryCode.DATE_FUTURE:
        return
    with pytest.raises(ClaimError):
        EMPTY.with_(field, text)


@given(
    days=st.integers(0, 4000),
    end=st.sampled_from([4, 6, 8]),
)
def test_a_date_is_too_old_from_its_year_on_and_never_before_the_oldest_day(
    days: int, end: int
) -> None:
    oldest, day = date(2021, 11, 24), TODAY - timedelta(days=days)
    typed = f"{day:%Y%m%d}"[:end]
    told = progress(Field.ISSUED_ON, typed, Claim(), TODAY, oldest)
    refused = day < oldest if end == 8 else day.year < oldest.year
    assert (told.code is EntryCode.DATE_OLD) == refused
    if refused:
        assert told == Progress(EntryState.WRONG, EntryCode.DATE_OLD, {"oldest": "2021-11-24"})
    assert progress(Field.ISSUED_ON, typed, Claim(), TODAY).code is not EntryCode.DATE_OLD
