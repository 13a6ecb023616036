"""Writing synthetic QR texts in every form that real printers give them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from invoices.chain_url import HOST, PATH
from invoices.crc import CrcForm, check_value
from invoices.kinds import AmountBasis, Kind
from invoices.money import format_fen
from invoices.qr import VERSION, basis_in_qr

if TYPE_CHECKING:
    from datetime import date

    from invoices.face import Face

CHAIN_HASH_LENGTH: Final = 66
_PRINTED_TYPES: Final = {Kind.E_SPECIAL: "20", Kind.TOLL: "10"}
_WITH_CHECK_CODE: Final = frozenset(
    {Kind.ORDINARY, Kind.E_SPECIAL, Kind.E_ORDINARY, Kind.ROLL, Kind.TOLL, Kind.PAPER_ORDINARY}
)


class NoCrc(StrEnum):
    """What may stand in the place of a right check value."""

    ABSENT = "absent"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class QrStyle:
    """A printer's and a scanner's habits.

    `blank` stands in empty fields, `drop_check` leaves the empty check code out, `padded`
    writes the check value with leading zeros, `short_amount` drops zeros at the end, `comma`
    and `brackets` replace the plain ones after the check value was made, `ending` follows.
    """

    crc: CrcForm | NoCrc = CrcForm.A
    blank: str = ""
    drop_check: bool = False
    lower: bool = False
    padded: bool = True
    short_amount: bool = False
    comma: str = ","
    brackets: bool = False
    ending: str = ""


PLAIN: Final = QrStyle()


def write(
    *,
    qr_kind: str,
    code: str,
    number: str,
    amount: int,
    issued_on: date,
    check_code: str = "",
    style: QrStyle = PLAIN,
) -> str:
    """The QR text of these fields; `amount` in fen, on the basis that such a code holds."""
    ticket = style.crc is CrcForm.TICKET
    fields = [
        *(VERSION, qr_kind),
        *(() if ticket and not code else (code or style.blank,)),
        number,
        _amount(amount, short=style.short_amount),
        f"{issued_on:%Y%m%d}",
    ]
    dropped = (style.drop_check or style.crc is CrcForm.C or ticket) and not check_code
    if not dropped:
        fields.append(check_code or style.blank)
    text = ",".join([*fields, *_check_value(",".join(fields), style)])
    text = text.replace(",", style.comma)
    return (f"[{text}]" if style.brackets else text) + style.ending


def _amount(fen: int, *, short: bool) -> str:
    text = format_fen(fen)
    return text.rstrip("0").rstrip(".") if short else text


def _check_value(head: str, style: QrStyle) -> list[str]:
    if style.crc is NoCrc.ABSENT:
        return []
    plain = head.encode("ascii")
    value = _unlike_any(plain) if style.crc is NoCrc.WRONG else check_value(plain, style.crc)
    text = f"{value:04X}" if style.padded else f"{value:X}"
    return [text.lower() if style.lower or style.crc is CrcForm.MODBUS else text]


def _unlike_any(head: bytes) -> int:
    """A check value that none of the forms gives."""
    taken = {check_value(head, form) for form in CrcForm}
    return next(value for value in range(0x1000, 0x1001 + len(taken)) if value not in taken)


def write_chain(*, number: str, total: int, chain_hash: str) -> str:
    """The web address of a blockchain invoice; `total` in fen, `chain_hash` 66 hex digits."""
    return f"https://{HOST}{PATH}?hash={chain_hash}&bill_num={number}&total_amount={total}"


def write_face(face: Face, *, style: QrStyle = PLAIN, chain_hash: str = "0" * 66) -> str:
    """What a printer would put on this invoice, with the type and the amount it would print."""
    if face.kind is Kind.BLOCKCHAIN:
        return write_chain(number=face.number, total=face.total, chain_hash=chain_hash)
    qr_kind = _PRINTED_TYPES.get(face.kind, face.kind.value)
    gross = basis_in_qr(face.kind, qr_kind, face.code) is AmountBasis.GROSS
    return write(
        qr_kind=qr_kind,
        code=face.code,
        number=face.number,
        amount=face.total if gross else face.net,
        issued_on=face.issued_on,
        check_code=face.check_code if face.kind in _WITH_CHECK_CODE else "",
        style=style,
    )
