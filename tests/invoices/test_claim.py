from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.claim import Claim, from_face, from_fields, from_qr, parse_field
from invoices.codes import DIGITAL_KINDS
from invoices.errors import ClaimError, Fault
from invoices.kinds import Field, Kind
from invoices.qr import read
from tests.invoices.strategies import KNOWN, SELLER, face_of, faces, hostile

CHAIN = (
    "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan"
    f"?hash={'01' * 33}&bill_num=30532037&total_amount=7200"
)


def fault_of(field: Field, text: str, claim: Claim | None = None) -> str:
    with pytest.raises(ClaimError) as caught:
        (claim or Claim()).with_(field, text)
    return caught.value.code


def test_typed_fields() -> None:
    claim = from_fields(
        code="0110 0260 0111",
        number="１２３４５６７８",
        issued_on="2026年11月3日",
        amount="￥49.11",
        check_code="12345 67890 12344 79666",
        seller_tax_id=SELLER.lower(),
    )
    assert claim == Claim(
        kinds=(Kind.E_ORDINARY,),
        code="011002600111",
        number="12345678",
        issued_on=date(2026, 11, 3),
        amount=4911,
        check_code="479666",
        seller_tax_id=SELLER,
    )
    assert claim.missing == ()
    assert claim.supplied == tuple(Field)


def test_a_typed_twenty_digit_number_can_be_of_several_kinds() -> None:
    claim = from_fields(number="26112000000000000017")
    assert claim.kinds == DIGITAL_KINDS
    assert claim.missing == (Field.ISSUED_ON, Field.AMOUNT)
    assert claim.identified


def test_a_scan_says_which_of_them_comes_first() -> None:
    claim = from_qr(read("01,51,,26119000000000000019,56.00,20261103"))
    assert claim.kind is Kind.RAIL
    assert set(claim.kinds) == set(DIGITAL_KINDS)
    assert (claim.amount, claim.missing) == (5600, ())


def test_a_scanned_check_code_counts_by_its_last_six() -> None:
    claim = from_qr(read("01,10,011002600111,12345678,49.11,20261103,12345678901234479666"))
    assert (claim.check_code, claim.amount) == ("479666", 4911)
    odd = from_qr(read("01,10,011002600111,12345678,49.11,20261103,abcde"))
    assert odd.check_code is None
    assert odd.missing == (Field.CHECK_CODE,)


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        (Field.CODE, "01100260011X", Fault.CLAIM_CODE_DIGITS),
        (Field.CODE, "01100260011", Fault.CLAIM_CODE_LENGTH),
        (Field.NUMBER, "12345678", Fault.CLAIM_NUMBER_LENGTH),
        (Field.NUMBER, "1234567x", Fault.CLAIM_NUMBER_DIGITS),
        (Field.ISSUED_ON, "3/11/2026", Fault.CLAIM_DATE_FORM),
        (Field.ISSUED_ON, "20261301", Fault.CLAIM_DATE_DAY),
        (Field.ISSUED_ON, "00000101", Fault.CLAIM_DATE_DAY),
        (Field.ISSUED_ON, "2026-11/3x", Fault.CLAIM_DATE_FORM),
        (Field.AMOUNT, "1e3", Fault.CLAIM_AMOUNT_FORM),
        (Field.AMOUNT, "¥", Fault.CLAIM_AMOUNT_FORM),
        (Field.AMOUNT, "1" + " " * 80 + "2", Fault.CLAIM_AMOUNT_FORM),
        (Field.CODE, "011002600111" + " " * 80 + "2", Fault.CLAIM_CODE_LENGTH),
        (Field.ISSUED_ON, "20261103" + " " * 80 + "2", Fault.CLAIM_DATE_FORM),
        (Field.AMOUNT, "1.001", Fault.CLAIM_AMOUNT_DECIMALS),
        (Field.AMOUNT, "1000000000000", Fault.CLAIM_AMOUNT_LARGE),
        (Field.CHECK_CODE, "12345", Fault.CLAIM_CHECK_CODE_LENGTH),
        (Field.CHECK_CODE, "12345a", Fault.CLAIM_CHECK_CODE_FORM),
        (Field.CHECK_CODE, "1234567", Fault.CLAIM_CHECK_CODE_LENGTH),
        (Field.SELLER_TAX_ID, "12345", Fault.CLAIM_SELLER_FORM),
        (Field.SELLER_TAX_ID, "税" * 18, Fault.CLAIM_SELLER_FORM),
        (Field.SELLER_TAX_ID, "1" * 200, Fault.CLAIM_SELLER_FORM),
    ],
)
def test_faults_of_single_fields(field: Field, text: str, fault: Fault) -> None:
    assert fault_of(field, text) == fault


def test_a_number_beside_a_code_has_eight_digits() -> None:
    coded = Claim().with_(Field.CODE, "011002600111")
    assert fault_of(Field.NUMBER, "26112000000000000017", coded) == Fault.CLAIM_NUMBER_LENGTH
    assert coded.with_(Field.NUMBER, "12345678").identified


def test_an_eight_digit_number_alone_lacks_its_code() -> None:
    with pytest.raises(ClaimError) as caught:
        from_fields(number="12345678")
    assert caught.value.code == Fault.CLAIM_CODE_MISSING


def test_a_long_number_may_be_typed_in_the_place_of_the_code() -> None:
    claim = Claim().with_(Field.CODE, "26112000000000000017")
    assert (claim.code, claim.number) == ("", "26112000000000000017")
    assert claim.kinds == DIGITAL_KINDS


def test_typing_the_code_again_changes_the_kind_and_keeps_the_number() -> None:
    claim = from_fields(code="011002600111", number="12345678", amount="49.11")
    other = claim.with_(Field.CODE, "1100261130")
    assert (other.kind, other.number, other.amount) == (Kind.SPECIAL, "12345678", 4911)


def test_an_empty_text_takes_a_field_back() -> None:
    claim = from_fields(code="011002600111", number="12345678", check_code="123456")
    assert claim.with_(Field.CHECK_CODE, " ").check_code is None
    assert claim.with_(Field.CODE, "").kind is Kind.UNKNOWN
    assert claim.with_(Field.NUMBER, "").missing[0] is Field.NUMBER


def test_a_scanned_blockchain_invoice_is_completed_by_hand() -> None:
    claim = from_qr(read(CHAIN))
    assert not claim.identified
    for field, text in (
        (Field.CODE, "144031809110"),
        (Field.ISSUED_ON, "20181120"),
        (Field.AMOUNT, "70.00"),
        (Field.CHECK_CODE, "a1b2c"),
        (Field.SELLER_TAX_ID, SELLER),
    ):
        claim = claim.with_(field, text)
    assert claim.missing == ()
    assert (claim.kinds, claim.number, claim.check_code) == (
        (Kind.BLOCKCHAIN,),
        "30532037",
        "A1B2C",
    )
    assert claim.with_(Field.NUMBER, "30532038").kind is Kind.BLOCKCHAIN


def test_a_blockchain_invoice_cannot_have_the_code_of_another_kind() -> None:
    claim = from_qr(read(CHAIN))
    assert fault_of(Field.CODE, "011002600111", claim) == Fault.CLAIM_CODE_KIND
    assert claim.with_(Field.NUMBER, "30532038").kind is Kind.BLOCKCHAIN
    assert claim.with_(Field.CODE, "26112000000000000017").kinds == DIGITAL_KINDS


def test_a_typed_blockchain_code_can_be_taken_back() -> None:
    typed = from_fields(code="144031809110", number="30532037")
    assert typed.with_(Field.CODE, "").with_(Field.CODE, "1100261130").kind is Kind.SPECIAL
    assert typed.with_(Field.CODE, "1100261130").kind is Kind.SPECIAL


def test_a_code_no_rule_knows_asks_for_nothing() -> None:
    claim = from_fields(code="011002600199", number="12345678")
    assert claim.kinds == (Kind.UNKNOWN,)
    assert claim.missing == ()


@pytest.mark.parametrize("kind", KNOWN)
def test_the_holder_of_an_invoice_can_state_all_that_is_asked(kind: Kind) -> None:
    claim = from_face(face_of(kind))
    assert claim.kind is kind
    assert claim.missing == ()


@given(faces())
def test_fields_sent_as_text_make_the_same_claim(face: object) -> None:
    claim = from_face(face)  # type: ignore[arg-type] # hypothesis types composites loosely
    amount = "" if claim.amount is None else f"{claim.amount / 100:.2f}"
    again = from_fields(
        code=claim.code,
        number=claim.number,
        issued_on=str(claim.issued_on),
        amount=amount if len(amount) < 13 else "",
        check_code=claim.check_code or "",
        seller_tax_id=claim.seller_tax_id or "",
    )
    assert set(again.kinds) == set(claim.kinds)
    assert (again.issued_on, again.code, again.number) == (
        claim.issued_on,
        claim.code,
        claim.number,
    )


@given(hostile, hostile, hostile, hostile, hostile, hostile, st.one_of(st.none(), hostile))
def test_any_fields_make_a_claim_or_a_coded_error(
    code: str, number: str, day: str, amount: str, check: str, seller: str, qr_kind: str | None
) -> None:
    with suppress(ClaimError):
        claim = from_fields(
            code=code,
            number=number,
            issued_on=day,
            amount=amount,
            check_code=check,
            seller_tax_id=seller,
            qr_kind=qr_kind,
        )
        assert claim.kinds


@given(st.sampled_from(Field), hostile, st.one_of(st.none(), st.sampled_from(Kind)))
def test_any_single_field_is_a_value_or_an_error_of_that_field(
    field: Field, text: str, kind: Kind | None
) -> None:
    try:
        value = parse_field(field, text, kind=kind)
    except ClaimError as error:
        code = error.code
    else:
        code = f"claim.{field}."
        assert value is not None
    assert code.startswith(f"claim.{field}.")


@given(st.sampled_from(Field), hostile, faces())
def test_any_text_in_a_claim_leaves_a_whole_claim(field: Field, text: str, face: object) -> None:
    claim = from_face(face)  # type: ignore[arg-type] # as above
    with suppress(ClaimError):
        changed = claim.with_(field, text)
        assert changed.kinds
        assert all(Kind(kind) for kind in changed.kinds)
