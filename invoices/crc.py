"""The check value in field 7 of an invoice's QR code.

CRC-16/UMTS (also called BUYPASS) over the text before it, found by trial on real codes. Railway
tickets use CRC-16/MODBUS, toll invoices one that no catalogue has. It is unkeyed: it finds
misreads, never forgeries.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection


class CrcState(StrEnum):
    """What the check value says; `ABSENT` is neutral."""

    VALID = "valid"
    MISMATCH = "mismatch"
    ABSENT = "absent"


class CrcForm(StrEnum):
    """How printers make the check value; the text is all before the comma it stands behind."""

    A = "A"
    """UMTS over the text and that comma, as most do."""
    B = "B"
    """UMTS over the text, on some of 2016 to 2020."""
    C = "C"
    """As A, with an empty check code and its comma, which the printer then dropped."""
    MODBUS = "MODBUS"
    """MODBUS over the text and the comma, on railway tickets."""
    TICKET = "TICKET"
    """MODBUS over the text, on railway tickets of 2022, which have six fields."""
    TOLL = "TOLL"
    """`toll` over the text, on digital toll invoices."""


_WORD: Final = 0xFFFF
_TOP: Final = 0x8000
_UMTS_POLYNOMIAL: Final = 0x8005
_MODBUS_POLYNOMIAL: Final = 0xA001  # the same one, bits reflected


def _umts_entry(byte: int) -> int:
    register = byte << 8
    for _ in range(8):
        register = (register << 1) ^ (_UMTS_POLYNOMIAL if register & _TOP else 0)
    return register & _WORD


def _right_entry(byte: int, constant: int) -> int:
    register = byte
    for _ in range(8):
        register = (register >> 1) ^ (constant if register & 1 else 0)
    return register


_UMTS: Final = tuple(_umts_entry(byte) for byte in range(256))
_MODBUS: Final = tuple(_right_entry(byte, _MODBUS_POLYNOMIAL) for byte in range(256))
# Whoever wrote it shifts right with the polynomial of a register that shifts left.
_TOLL: Final = tuple(_right_entry(byte, _UMTS_POLYNOMIAL) for byte in range(256))


def umts(data: bytes, register: int = 0) -> int:
    """CRC-16/UMTS; pass an earlier result as `register` to go on from there."""
    for byte in data:
        register = ((register << 8) & _WORD) ^ _UMTS[(register >> 8) ^ byte]
    return register


def modbus(data: bytes, register: int = _WORD) -> int:
    """CRC-16/MODBUS; pass an earlier result as `register` to go on from there."""
    for byte in data:
        register = (register >> 8) ^ _MODBUS[(register ^ byte) & 0xFF]
    return register


def toll(data: bytes, register: int = 0) -> int:
    """The check value of toll invoices, 0xAFAD for "123456789"; continued as the others."""
    for byte in data:
        register = (register >> 8) ^ _TOLL[(register ^ byte) & 0xFF]
    return register


def check_value(head: bytes, form: CrcForm) -> int:
    """The check value of `head`, the text before the comma that the value stands behind."""
    match form:
        case CrcForm.A:
            return umts(head + b",")
        case CrcForm.B:
            return umts(head)
        case CrcForm.C:
            return umts(head + b",,")
        case CrcForm.MODBUS:
            return modbus(head + b",")
        case CrcForm.TICKET:
            return modbus(head)
        case CrcForm.TOLL:
            return toll(head)


def agrees(head: bytes, value: int, looser: Collection[CrcForm] = ()) -> bool:
    """Whether `value` is the check value of `head`, in form A, B or one of the `looser` ones.

    Those count only where they occur: each doubles what a misread may pass by.
    """
    forms = (CrcForm.A, CrcForm.B, *looser)
    return any(value == check_value(head, form) for form in forms)
