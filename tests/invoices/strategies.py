"""Invented invoices of every kind, and hostile text."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from invoices.face import Face
from invoices.kinds import Kind, rule_of

CODES = {
    Kind.SPECIAL: "1100261130",
    Kind.FREIGHT: "1100151720",
    Kind.VEHICLE: "111002620001",
    Kind.ORDINARY: "011002600104",
    Kind.E_SPECIAL: "011002600113",
    Kind.E_ORDINARY: "011002600111",
    Kind.ROLL: "011002600106",
    Kind.TOLL: "011002600112",
    Kind.USED_CAR: "011002600117",
    Kind.PAPER_SPECIAL: "1100261130",
    Kind.PAPER_ORDINARY: "011002600104",
    Kind.PAPER_VEHICLE: "111002620001",
    Kind.PAPER_USED_CAR: "011002600117",
    Kind.BLOCKCHAIN: "144032609110",
    Kind.UNKNOWN: "011002600199",
}
DIGITAL = (
    Kind.DIGITAL_SPECIAL,
    Kind.DIGITAL_ORDINARY,
    Kind.RAIL,
    Kind.AIR,
    Kind.DIGITAL_VEHICLE,
    Kind.DIGITAL_USED_CAR,
)
KNOWN = tuple(kind for kind in Kind if kind is not Kind.UNKNOWN)
TODAY = date(2026, 11, 24)
ISSUED = date(2026, 11, 3)

CHECK_CODE = "12345678901234479666"
SELLER = "91110000MA00000000"


def face_of(kind: Kind, *, net: int = 9159, tax: int = 1191, issued_on: date = ISSUED) -> Face:
    """An invented invoice with everything its kind is verified by."""
    digits = rule_of(kind).check_digits
    return Face(
        kind=kind,
        code=CODES.get(kind, ""),
        number="26112000000000000017" if kind in DIGITAL else "00012345",
        issued_on=issued_on,
        net=net,
        tax=tax,
        total=net + tax,
        check_code={0: "", 5: "a1b2c", 6: CHECK_CODE}[digits],
        seller_tax_id=SELLER,
        seller_name="北京编造科技有限公司",
        buyer_tax_id="91110000MA11111111",
        buyer_name="虚构贸易有限公司",
    )


days = st.dates(min_value=date(2010, 1, 1), max_value=date(2099, 12, 31))
fen = st.integers(min_value=-(10**13), max_value=10**13)
hostile = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="0123456789,，、.-/ 年月日ABCabc[]\x00\r\n¥:", max_size=80),
    st.text(alphabet="零壹贰叁肆伍陆柒捌玖拾佰仟万亿圆元角分整负()", max_size=24),
    st.text(alphabet="０１２３４５６７８９²³①٣", max_size=24),
)


@st.composite
def faces(draw: st.DrawFn) -> Face:
    """Faces of every known kind, red ones among them."""
    kind = draw(st.sampled_from(KNOWN))
    return face_of(kind, net=draw(fen), tax=draw(fen), issued_on=draw(days))
