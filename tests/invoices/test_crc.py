from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from invoices.crc import CrcForm, agrees, modbus, toll, umts


def bitwise(data: bytes, polynomial: int, register: int) -> int:
    """The schoolbook form, bit by bit, to hold the tables against."""
    for byte in data:
        for bit in range(7, -1, -1):
            top = (register >> 15) ^ (byte >> bit & 1)
            register = (register << 1 & 0xFFFF) ^ (polynomial if top else 0)
    return register


def test_catalogue_check_values() -> None:
    assert umts(b"123456789") == 0xFEE8
    assert modbus(b"123456789") == 0x4B37


def test_check_value_of_tolls_as_found_on_real_ones() -> None:
    """No catalogue has it: the constant of UMTS in a register that shifts the other way."""
    assert toll(b"123456789") == 0xAFAD


@given(st.binary(max_size=80))
def test_tables_agree_with_the_bitwise_form(data: bytes) -> None:
    assert umts(data) == bitwise(data, 0x8005, 0)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_a_check_value_can_be_continued(first: bytes, second: bytes) -> None:
    assert umts(second, umts(first)) == umts(first + second)
    assert modbus(second, modbus(first)) == modbus(first + second)
    assert toll(second, toll(first)) == toll(first + second)


def test_looser_forms_count_only_where_they_occur() -> None:
    head = b"01,31,,26112000000000000017,4449.00,20261103"
    values = {
        CrcForm.C: umts(head + b",,"),
        CrcForm.MODBUS: modbus(head + b","),
        CrcForm.TICKET: modbus(head),
        CrcForm.TOLL: toll(head),
    }
    for form, value in values.items():
        assert agrees(head, value, looser=(form,))
        assert not agrees(head, value, looser=[other for other in values if other is not form])
        assert not agrees(head, value)
    for value in (umts(head), umts(head + b",")):
        assert agrees(head, value)
