from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from invoices.claim import Claim, from_face, from_qr
from invoices.comparison import compare
from invoices.face import Face
from invoices.kinds import Field, Kind, rule_of
from invoices.qr import read
from invoices.qr_writer import write_face
from tests.invoices.strategies import KNOWN, face_of, faces


@given(faces())
def test_an_invoice_matches_itself(face: Face) -> None:
    comparison = compare(from_face(face), face)
    assert comparison.equal
    assert set(comparison.compared) == set(rule_of(face.kind).fields)


@pytest.mark.parametrize("kind", KNOWN)
def test_each_asked_field_that_differs_is_a_mismatch(kind: Kind) -> None:
    face = face_of(kind)
    claim = from_face(face)
    others = {
        Field.CODE: replace(claim, code="9" * len(claim.code)),
        Field.NUMBER: replace(claim, number="9" * len(claim.number)),
        Field.ISSUED_ON: replace(claim, issued_on=face.issued_on.replace(day=4)),
        Field.AMOUNT: replace(claim, amount=(claim.amount or 0) + 1),
        Field.CHECK_CODE: replace(claim, check_code="000000"[: rule_of(kind).check_digits]),
        Field.SELLER_TAX_ID: replace(claim, seller_tax_id="9" * 18),
    }
    for field in rule_of(kind).fields:
        comparison = compare(others[field], face)
        assert not comparison.equal, field
        assert field in comparison.compared


def test_an_altered_amount_on_a_kind_verified_by_check_code_is_a_mismatch() -> None:
    face = face_of(Kind.E_ORDINARY)
    honest = from_qr(read(write_face(face)))
    assert compare(honest, face).equal
    assert Field.AMOUNT in compare(honest, face).compared
    assert not compare(from_qr(read(write_face(replace(face, net=face.net + 100)))), face).equal


def test_net_and_gross_are_not_mixed_up() -> None:
    special, digital = face_of(Kind.SPECIAL), face_of(Kind.DIGITAL_SPECIAL)
    assert compare(replace(from_face(special), amount=special.net), special).equal
    assert not compare(replace(from_face(special), amount=special.total), special).equal
    assert compare(replace(from_face(digital), amount=digital.total), digital).equal
    assert not compare(replace(from_face(digital), amount=digital.net), digital).equal


def test_what_the_register_does_not_hold_is_neither_compared_nor_named() -> None:
    face = replace(face_of(Kind.SPECIAL), seller_tax_id="")
    claim = replace(from_face(face), check_code="123456", seller_tax_id="9" * 18)
    comparison = compare(claim, face)
    assert comparison.equal
    assert comparison.compared == rule_of(Kind.SPECIAL).fields


def test_an_asked_field_that_the_register_does_not_hold_is_a_mismatch() -> None:
    face = replace(face_of(Kind.E_ORDINARY), check_code="")
    claim = from_face(face_of(Kind.E_ORDINARY))
    assert not compare(claim, face).equal


def test_another_kind_is_a_mismatch() -> None:
    face = face_of(Kind.E_ORDINARY)
    assert not compare(replace(from_face(face), kinds=(Kind.TOLL,)), face).equal


def test_a_typed_number_matches_whichever_digital_kind_it_is() -> None:
    for kind in (Kind.DIGITAL_SPECIAL, Kind.RAIL, Kind.DIGITAL_VEHICLE):
        face = face_of(kind)
        claim = Claim().with_(Field.CODE, face.number)
        claim = claim.with_(Field.ISSUED_ON, str(face.issued_on)).with_(Field.AMOUNT, "103.50")
        assert compare(claim, face).equal


def test_letters_of_a_blockchain_code_count_in_any_case() -> None:
    face = face_of(Kind.BLOCKCHAIN)
    claim = from_face(face).with_(Field.CHECK_CODE, "A1b2C")
    assert compare(claim, face).equal
