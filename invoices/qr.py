"""Reading the text of an invoice's QR code, in every form printers and scanners give it.

`01,TYPE,CODE,NUMBER,AMOUNT,YYYYMMDD,CHECKCODE,CRC[,]`, or a web address on blockchain
invoices. Layout, forms and check value as measured on real invoices.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from invoices.chain_url import looks_like_url, read_chain_url
from invoices.codes import (
    ITINERARY_NUMBER,
    LONG_CODE,
    LONG_NUMBER,
    OLD_TICKET,
    SHORT_CODE,
    SHORT_NUMBER,
    is_digits,
    kind_of,
)
from invoices.crc import CrcForm, CrcState, agrees
from invoices.dates import COMPACT, parse_date
from invoices.errors import ClaimError, Fault, MoneyError, QrError
from invoices.kinds import AmountBasis, Field, Kind, rule_of
from invoices.money import parse_fen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

LONGEST: Final = 512
"""No invoice code is longer, in characters."""
VERSION: Final = "01"

_ENDS: Final = "".join(map(chr, range(33))) + "\x7f\ufeff\u3000[]【】"
_COMMAS: Final = str.maketrans({"、": ",", "。": "."})
_BLANKS: Final = " \t"
_CRC: Final = re.compile(r"[0-9a-fA-F]{1,4}")
_CHECK_CODE: Final = re.compile(r"[0-9A-Za-z]{5,24}")
_WITH_HYPHENS: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CODE_PLACE: Final = 2
_CHECK_PLACE: Final = 6
_FEWEST: Final = 6
_MOST: Final = 8
_TYPE_DIGITS: Final = 2

# Which amount the code holds, by the kind: measured. Of the kinds left out no printed code was
# ever found.
_BASIS: Final[Mapping[Kind, AmountBasis]] = MappingProxyType(
    {
        Kind.SPECIAL: AmountBasis.NET,
        Kind.ORDINARY: AmountBasis.NET,
        Kind.E_SPECIAL: AmountBasis.NET,
        Kind.E_ORDINARY: AmountBasis.NET,
        Kind.TOLL: AmountBasis.NET,
        Kind.DIGITAL_SPECIAL: AmountBasis.GROSS,
        Kind.DIGITAL_ORDINARY: AmountBasis.GROSS,
        Kind.RAIL: AmountBasis.GROSS,
        Kind.AIR: AmountBasis.GROSS,
    }
)
_NET_TYPES: Final = frozenset({"01", "04", "10", "20"})
_TOLL_TYPES: Final = frozenset({Kind.DIGITAL_SPECIAL, Kind.DIGITAL_ORDINARY})


@dataclass(frozen=True, slots=True)
class QrInvoice:
    """What a QR code says, and what verifying such an invoice takes.

    `kind` is the platform's, `qr_kind` the type as printed; `amount` is in fen on
    `amount_basis`; `check_code` is whole; `fields` are those to state for this kind.
    """

    kind: Kind
    qr_kind: str
    code: str | None
    number: str
    amount: int | None
    amount_basis: AmountBasis
    issued_on: date | None
    check_code: str | None
    crc: CrcState
    fields: tuple[Field, ...]


def basis_in_qr(kind: Kind, qr_kind: str, code: str) -> AmountBasis:
    """Which amount the code holds: by the kind, else by a printed type that goes with a code.

    A railway ticket that prints type 10, as those of 2022 do, holds its net amount.
    """
    old_ticket = kind is Kind.RAIL and qr_kind == OLD_TICKET
    if old_ticket or (kind is Kind.UNKNOWN and code and qr_kind in _NET_TYPES):
        return AmountBasis.NET
    return _BASIS.get(kind, AmountBasis.UNKNOWN)


def read(text: str) -> QrInvoice:
    """The invoice a scanned text names. Raises `QrError` and nothing else, on any text."""
    if len(text) > LONGEST:
        raise QrError(Fault.QR_LONG)
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.strip(_ENDS)
    if not plain:
        raise QrError(Fault.QR_EMPTY)
    if looks_like_url(plain):
        return _read_chain(plain)
    return _read_fields(plain.translate(_COMMAS))


def _read_chain(text: str) -> QrInvoice:
    number, amount = read_chain_url(text)
    return QrInvoice(
        kind=Kind.BLOCKCHAIN,
        qr_kind=Kind.BLOCKCHAIN.value,
        code=None,
        number=number,
        amount=amount,
        amount_basis=AmountBasis.UNKNOWN,
        issued_on=None,
        check_code=None,
        crc=CrcState.ABSENT,
        fields=rule_of(Kind.BLOCKCHAIN).fields,
    )


def _read_fields(text: str) -> QrInvoice:
    raw, parts = _split(text)
    _, qr_kind, code, number, amount, day, *tail = parts
    if not (len(qr_kind) == _TYPE_DIGITS and is_digits(qr_kind)):
        raise QrError(Fault.QR_TYPE)
    _require_names(qr_kind, code, number)
    check_code, crc_text, dropped = _tail(tail)
    kind = kind_of(code, number, qr_kind)
    issued_on = _day(day)
    looser = _looser_forms(raw, kind, qr_kind, check_dropped=dropped)
    state = _crc_state(raw, crc_text, looser)
    if qr_kind == Kind.AIR and state is CrcState.MISMATCH:
        state = CrcState.ABSENT  # itineraries print a number of their own in that place
    return QrInvoice(
        kind=kind,
        qr_kind=qr_kind,
        code=code or None,
        number=number,
        amount=_amount(amount),
        amount_basis=basis_in_qr(kind, qr_kind, code),
        issued_on=issued_on,
        check_code=check_code or None,
        crc=state,
        fields=rule_of(kind, issued_on).fields,
    )


def _split(text: str) -> tuple[Sequence[str], list[str]]:
    """The fields as printed and without blanks, six to eight of them, the code's place kept."""
    raw = text.split(",", _MOST + 4)
    while raw and not raw[-1].strip(_ENDS):
        raw.pop()
    parts = [part.strip(_ENDS) for part in raw]
    if not parts or parts[0] != VERSION:
        raise QrError(Fault.QR_FOREIGN)
    if len(parts) > _CODE_PLACE and len(parts[_CODE_PLACE]) == LONG_NUMBER:
        parts.insert(_CODE_PLACE, "")
    if not _FEWEST <= len(parts) <= _MOST:
        raise QrError(Fault.QR_FIELDS, count=str(len(parts)))
    return raw, parts


def _require_names(qr_kind: str, code: str, number: str) -> None:
    """Code and number must go together: one of ten or twelve with eight digits, or none."""
    if code and not (is_digits(code) and len(code) in (SHORT_CODE, LONG_CODE)):
        raise QrError(Fault.QR_CODE)
    allowed = {SHORT_NUMBER} if code else {LONG_NUMBER}
    if qr_kind == Kind.AIR and not code:
        allowed = {LONG_NUMBER, ITINERARY_NUMBER}
    if not is_digits(number) or len(number) not in allowed:
        raise QrError(Fault.QR_NUMBER)


def _tail(tail: list[str]) -> tuple[str, str, bool]:
    """Check code, check value, and whether the printer dropped an empty check code."""
    check_code, crc_text = (*tail, "", "")[:2]
    dropped = len(tail) == 1 and _CRC.fullmatch(check_code) is not None
    if dropped:
        check_code, crc_text = "", check_code
    if check_code and not _CHECK_CODE.fullmatch(check_code):
        raise QrError(Fault.QR_CHECK_CODE)
    return check_code, crc_text, dropped


def _amount(text: str) -> int | None:
    try:
        return parse_fen(text) if text else None
    except MoneyError as error:
        raise QrError(Fault.QR_AMOUNT) from error


def _day(text: str) -> date | None:
    """The issue date; ride-hailing invoices print it with hyphens."""
    compact = len(text) == COMPACT and is_digits(text)
    if text and not (compact or _WITH_HYPHENS.fullmatch(text)):
        raise QrError(Fault.QR_DATE)
    try:
        return parse_date(text) if text else None
    except ClaimError as error:
        raise QrError(Fault.QR_DATE) from error


def _looser_forms(
    raw: Sequence[str], kind: Kind, qr_kind: str, *, check_dropped: bool
) -> Sequence[CrcForm]:
    """The forms of check value that occur on such an invoice beside the usual ones."""
    forms = [CrcForm.C] if check_dropped else []
    without_place = len(raw[_CODE_PLACE].strip(_ENDS)) == LONG_NUMBER
    if kind is Kind.RAIL and qr_kind == Kind.RAIL:
        forms.append(CrcForm.MODBUS)
    elif kind is Kind.RAIL and without_place:
        forms.append(CrcForm.TICKET)
    elif kind in _TOLL_TYPES:
        forms.append(CrcForm.TOLL)
    return forms


def _crc_state(raw: Sequence[str], crc_text: str, looser: Sequence[CrcForm]) -> CrcState:
    """What the check value says of the text as printed, else of it without its blanks."""
    if not _CRC.fullmatch(crc_text):
        return CrcState.ABSENT
    value = int(crc_text, 16)
    heads = {",".join(raw[:-1]): None, ",".join(part.strip(_ENDS) for part in raw[:-1]): None}
    fits = any(agrees(head.encode("utf-8", "replace"), value, looser) for head in heads)
    return CrcState.VALID if fits else CrcState.MISMATCH
