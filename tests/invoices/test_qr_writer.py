from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.claim import from_qr
from invoices.comparison import compare
from invoices.crc import CrcForm, CrcState
from invoices.kinds import AmountBasis, Field, Kind
from invoices.qr import read
from invoices.qr_writer import NoCrc, QrStyle, write, write_face
from tests.invoices.strategies import ISSUED, KNOWN, days, face_of, fen

HABITS = [
    QrStyle(crc, blank, drop, lower, padded, short, comma, brackets, ending)
    for crc, blank, drop, lower, padded, short, comma, brackets, ending in product(
        (*CrcForm, *NoCrc),
        ("", " "),
        (False, True),
        (False, True),
        (True, False),
        (False, True),
        (",", "，", "、"),
        (False, True),
        ("", ",", "\x00", ",\r\n"),
    )
]
EXPECTED: dict[CrcForm | NoCrc, CrcState] = {
    NoCrc.ABSENT: CrcState.ABSENT,
    NoCrc.WRONG: CrcState.MISMATCH,
}
PRINTED_ON: dict[CrcForm | NoCrc, tuple[str, Kind]] = {
    CrcForm.TOLL: ("32", Kind.DIGITAL_ORDINARY),
    CrcForm.TICKET: ("10", Kind.RAIL),
}
"""The type in the code, and the kind, of invoices that have such a check value; else railway."""


def test_golden_strings() -> None:
    plain = write(
        qr_kind="31", code="", number="26112000000000000017", amount=444900, issued_on=ISSUED
    )
    assert plain == "01,31,,26112000000000000017,4449.00,20261103,,5D57"
    dropped = write(
        qr_kind="01",
        code="1100261130",
        number="00012345",
        amount=9159,
        issued_on=ISSUED,
        style=QrStyle(CrcForm.C, ending=","),
    )
    assert dropped == "01,01,1100261130,00012345,91.59,20261103,3CF9,"
    unpadded = write(
        qr_kind="32",
        code="",
        number="26112000000000000366",
        amount=16684,
        issued_on=ISSUED,
        style=QrStyle(padded=False),
    )
    assert unpadded == "01,32,,26112000000000000366,166.84,20261103,,33"
    railway = write(
        qr_kind="51",
        code="",
        number="26119000000000000019",
        amount=5600,
        issued_on=ISSUED,
        style=QrStyle(CrcForm.MODBUS),
    )
    assert railway == "01,51,,26119000000000000019,56.00,20261103,,1b75"
    ticket = write(
        qr_kind="10",
        code="",
        number="26119130671000000001",
        amount=16605,
        issued_on=date(2026, 3, 17),
        style=QrStyle(CrcForm.TICKET),
    )
    assert ticket == "01,10,26119130671000000001,166.05,20260317,4130"
    toll = write(
        qr_kind="32",
        code="",
        number="26112000000000000001",
        amount=3900,
        issued_on=date(2026, 3, 6),
        style=QrStyle(CrcForm.TOLL),
    )
    assert toll == "01,32,,26112000000000000001,39.00,20260306,,158E"


@pytest.mark.parametrize("crc", [*CrcForm, *NoCrc])
def test_every_habit_of_printers_and_scanners_is_read_back(crc: CrcForm | NoCrc) -> None:
    qr_kind, kind = PRINTED_ON.get(crc, ("51", Kind.RAIL))
    for style in (habit for habit in HABITS if habit.crc is crc):
        text = write(
            qr_kind=qr_kind,
            code="",
            number="26119000000000000019",
            amount=5600,
            issued_on=ISSUED,
            style=style,
        )
        back = read(text)
        assert (back.kind, back.code, back.number) == (kind, None, "26119000000000000019")
        assert (back.amount, back.issued_on, back.check_code) == (5600, ISSUED, None)
        assert back.crc is EXPECTED.get(crc, CrcState.VALID), (style, text)


@given(fen, days, st.sampled_from(HABITS))
def test_amount_and_date_survive(amount: int, day: object, style: QrStyle) -> None:
    face = face_of(Kind.E_ORDINARY, net=amount)
    text = write_face(face, style=style)
    assert read(text).amount == amount
    assert read(text).check_code == face.check_code


@pytest.mark.parametrize("kind", KNOWN)
def test_what_is_written_for_a_face_matches_that_face(kind: Kind) -> None:
    face = face_of(kind)
    read_one = read(write_face(face))
    claim = from_qr(read_one)
    if kind is Kind.BLOCKCHAIN:
        assert (read_one.number, read_one.amount) == (face.number, face.total)
        return
    assert read_one.kind is kind
    assert claim.kind is kind
    assert compare(claim, face).equal
    if read_one.amount_basis is not AmountBasis.UNKNOWN:
        assert claim.missing == ()


def test_amounts_without_proof_of_their_basis_are_asked_again() -> None:
    read_one = read(write_face(face_of(Kind.USED_CAR)))
    assert read_one.amount_basis is AmountBasis.UNKNOWN
    assert from_qr(read_one).missing == (Field.AMOUNT,)


def test_types_as_printed_differ_from_the_platforms() -> None:
    assert write_face(face_of(Kind.E_SPECIAL)).startswith("01,20,011002600113,")
    assert write_face(face_of(Kind.TOLL)).startswith("01,10,011002600112,")
