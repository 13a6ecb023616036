from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from invoices.canonical import VERSION, bodies_of_claim, body, body_of_face, identity
from invoices.claim import Claim, from_face, from_fields
from invoices.comparison import compare
from invoices.errors import CanonicalError, Fault
from invoices.face import Face
from invoices.kinds import Kind
from tests.invoices.strategies import face_of, faces, hostile

part = st.text("0123456789|:-AZaz", max_size=24)


def encoded(code: str, number: str, kind: Kind, day: date, value: str) -> tuple[bytes, bytes]:
    return identity(code, number), body(kind, code, number, day, value)


def test_golden_bytes() -> None:
    face = face_of(Kind.E_ORDINARY)
    assert identity(face.code, face.number) == b"\x01011002600111|00012345"
    assert body_of_face(face) == b"\x0110|011002600111|00012345|2026-11-03|479666"
    digital = face_of(Kind.DIGITAL_ORDINARY)
    assert identity("", digital.number) == b"\x01|26112000000000000017"
    assert body_of_face(digital) == b"\x0132||26112000000000000017|2026-11-03|10350"
    special = face_of(Kind.SPECIAL, net=-9159, tax=-1191)
    assert body_of_face(special) == b"\x0101|1100261130|00012345|2026-11-03|-9159"
    chain = face_of(Kind.BLOCKCHAIN)
    assert body_of_face(chain) == b"\x01blockchain|144032609110|00012345|2026-11-03|9159:A1B2C"


def test_the_version_leads() -> None:
    assert identity("", "1")[0] == VERSION == 1


@given(faces())
def test_a_face_and_the_claim_made_from_it_have_the_same_body(face: Face) -> None:
    bodies = bodies_of_claim(from_face(face))
    assert bodies[0] == body_of_face(face)
    assert len(set(bodies)) == len(bodies)


@given(faces(), faces())
def test_bodies_are_equal_exactly_when_the_faces_say_the_same(one: Face, other: Face) -> None:
    same = body_of_face(one) == body_of_face(other)
    claim = replace(from_face(one), kinds=(one.kind,))
    assert same == compare(claim, other).equal


@given(part, part, part, part)
def test_no_two_identities_share_their_bytes(a: str, b: str, c: str, d: str) -> None:
    assume((a, b) != (c, d))
    try:
        assert identity(a, b) != identity(c, d)
    except CanonicalError as error:
        refused = error.code
        assert "|" in a + b + c + d or not (b and d)
        assert refused in (Fault.CANONICAL_TEXT, Fault.CANONICAL_INCOMPLETE)


@given(part, part, part, part, part, part)
def test_no_delimiter_confusion_in_bodies(a: str, b: str, c: str, d: str, e: str, f: str) -> None:
    assume((a, b, c) != (d, e, f))
    day = date(2026, 11, 3)
    forms = []
    for code, number, value in ((a, b, c), (d, e, f)):
        try:
            forms.append(body(Kind.SPECIAL, code, number, day, value))
        except CanonicalError:
            assert "|" in code + number + value
    assert len(set(forms)) == len(forms)


@given(hostile, hostile, hostile)
def test_foreign_text_is_refused_with_a_code(code: str, number: str, value: str) -> None:
    try:
        form = encoded(code, number, Kind.SPECIAL, date(2026, 11, 3), value)
    except CanonicalError as error:
        fault = error.code
    else:
        fault = Fault.CANONICAL_TEXT
        assert form[1].isascii()
    assert fault in (Fault.CANONICAL_TEXT, Fault.CANONICAL_INCOMPLETE)


@pytest.mark.parametrize(
    "claim",
    [
        Claim(),
        from_fields(code="011002600111", number="12345678"),
        from_fields(code="011002600111", number="12345678", issued_on="20261103"),
        from_fields(code="011002600111", number="12345678", check_code="123456"),
        from_fields(code="011002600199", number="12345678", issued_on="20261103"),
    ],
)
def test_a_claim_with_gaps_has_no_body(claim: Claim) -> None:
    with pytest.raises(CanonicalError) as caught:
        bodies_of_claim(claim)
    assert caught.value.code == Fault.CANONICAL_INCOMPLETE


def test_a_row_without_what_its_kind_takes_has_no_body() -> None:
    for face in (
        replace(face_of(Kind.E_ORDINARY), check_code=""),
        replace(face_of(Kind.BLOCKCHAIN), check_code=""),
        face_of(Kind.UNKNOWN),
    ):
        with pytest.raises(CanonicalError) as caught:
            body_of_face(face)
        assert caught.value.code == Fault.CANONICAL_INCOMPLETE
