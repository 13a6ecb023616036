"""The check value in field 7 of an invoice's QR code.

CRC-16/UMTS (also called BUYPASS) over the text before it, found by trial on real codes;
railway tickets use CRC-16/MODBUS. It is unkeyed: it finds misreads, never forgeries.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CrcState(StrEnum):
    """What the check value says; `ABSENT` is neutral."""

    VALID = "valid"
    MISMATCH = "mismatch"
    ABSENT = "absent"


_WORD: Final = 0xFFFF
_TOP: Final = 0x8000
_UMTS_POLYNOMIAL: Final = 0x8005
_MODBUS_POLYNOMIAL: Final = 0xA001  # the same one, bits reflected


def _umts_entry(byte: int) -> int:
    register = byte << 8
    for _ in range(8):
        register = (register << 1) ^ (_UMTS_POLYNOMIAL if register & _TOP else 0)
    return register & _WORD


def _modbus_entry(byte: int) -> int:
    register = byte
    for _ in range(8):
        register = (register >> 1) ^ (_MODBUS_POLYNOMIAL if register & 1 else 0)
    return register


_UMTS: Final = tuple(_umts_entry(byte) for byte in range(256))
_MODBUS: Final = tuple(_modbus_entry(byte) for byte in range(256))


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


def agrees(head: bytes, value: int, *, check_dropped: bool, railway: bool) -> bool:
    """Whether `value` is the check value of `head`, the text before the last comma.

    Printers differ: with that comma (most), without it (some of 2016-2020), with the empty
    check code counted in though the printer dropped it, and MODBUS on railway tickets.
    """
    bare = umts(head)
    with_comma = umts(b",", bare)
    if value in (with_comma, bare):
        return True
    if check_dropped and value == umts(b",", with_comma):
        return True
    return railway and value == modbus(head + b",")
