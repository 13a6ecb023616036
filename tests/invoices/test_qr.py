from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.claim import from_qr
from invoices.crc import CrcState
from invoices.errors import Fault, QrError
from invoices.kinds import AmountBasis, Field, Kind
from invoices.qr import LONGEST, read
from tests.invoices.strategies import hostile

CHAIN = (
    "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan"
    f"?hash={'01' * 33}&bill_num=30532037&total_amount=7200"
)
BY_CHECK = (Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.CHECK_CODE)
BY_AMOUNT = (Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT)
DIGITAL = (Field.NUMBER, Field.ISSUED_ON, Field.AMOUNT)


def fault_of(text: str) -> str:
    with pytest.raises(QrError) as caught:
        read(text)
    return caught.value.code


def test_all_fields_of_an_electronic_ordinary_invoice() -> None:
    read_one = read("01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A,")
    assert (read_one.kind, read_one.qr_kind) == (Kind.E_ORDINARY, "10")
    assert (read_one.code, read_one.number) == ("011002600111", "12345678")
    assert (read_one.amount, read_one.amount_basis) == (4911, AmountBasis.NET)
    assert read_one.issued_on == date(2026, 11, 3)
    assert read_one.check_code == "12345678901234479666"
    assert read_one.crc is CrcState.VALID
    assert read_one.fields == BY_CHECK


def test_a_digital_invoice_has_no_code_and_its_total_with_tax() -> None:
    read_one = read("01,31,,26112000000000000017,4449.00,20261103,,5D57")
    assert (read_one.kind, read_one.code, read_one.check_code) == (
        Kind.DIGITAL_SPECIAL,
        None,
        None,
    )
    assert read_one.amount_basis is AmountBasis.GROSS
    assert read_one.fields == DIGITAL


# The check values were made by an independent program, not by the writer under test.
@pytest.mark.parametrize(
    ("text", "crc"),
    [
        ("01,01,1100261130,00012345,91.59,20261103,,3CF9", "valid"),
        ("01,01,1100261130,00012345,91.59,20261103,,87BF", "valid"),  # B
        ("01,01,1100261130,00012345,91.59,20261103,3CF9,", "valid"),  # C
        ("01,01,1100261130,00012345,91.59,20261103,87BF", "valid"),  # A of seven fields
        ("01,20,011002600113,00008006,510.68,20261103,12345678901234567890,CC8,", "valid"),
        ("01,20,011002600113,00008006,510.68,20261103,12345678901234567890,0cc8,", "valid"),
        ("01,32,,26112000000000000366,166.84,20261103,,33", "valid"),
        ("01,32, ,26952000000000000018,166.84,20261103, ,E098", "valid"),
        ("01,51,,26119000000000000019,56.00,20261103,,1b75", "valid"),  # MODBUS
        ("01,51,,26119000000000000019,56.00,20261103,,3F91", "valid"),
        ("01,31,,26112000000000000017,4449.00,20261103,,7ac1", "mismatch"),  # no railway
        ("01,32,,26112000000000000001,39.00,20260306,,158E", "valid"),  # a toll
        ("01,32,,26112000000000000001,39.00,20260306,,8EBB", "mismatch"),
        ("01,51,,26112000000000000001,39.00,20260306,,B1F7", "mismatch"),  # no toll
        ("01,10,26119130671000000001,166.05,20260317,4130", "valid"),  # a ticket of 2022
        ("01,10,26119130671000000001,166.05,20260317,c940", "mismatch"),
        ("01,10,,26119130671000000001,166.05,20260317,,dfdc", "mismatch"),
        ("01,51,,26119000000000000019,56.00,20261103,,7508", "mismatch"),  # no such ticket
        ("01,51,011001700111,32212718,39.62,20170227,12345678901234567890,5f77", "mismatch"),
        ("01,10,011002600111,12345678,49.11,20261103,12345678901234479666,5858", "mismatch"),
        ("01,10,011002600111,12345678,49.12,20261103,12345678901234479666,C85A", "mismatch"),
        ("01,10,011002600111,12345678,49.11,20261103,12345678901234479666", "absent"),
        ("01,31,,26112000000000000017,4449.00,20261103,,", "absent"),
        ("01,31,,26112000000000000017,4449.00,20261103", "absent"),
        ("01,31,,26112000000000000017,4449.00,20261103,,XYZ", "absent"),
    ],
)
def test_check_value_in_every_variant(text: str, crc: str) -> None:
    assert read(text).crc == crc


def test_a_railway_ticket_of_2022_has_six_fields_and_its_net_amount() -> None:
    read_one = read("01,10,26119130671000000001,166.05,20260317,4130")
    assert (read_one.kind, read_one.qr_kind, read_one.code) == (Kind.RAIL, "10", None)
    assert (read_one.number, read_one.check_code) == ("26119130671000000001", None)
    assert (read_one.amount, read_one.amount_basis) == (16605, AmountBasis.NET)
    assert (read_one.issued_on, read_one.fields) == (date(2026, 3, 17), DIGITAL)
    claim = from_qr(read_one)
    assert claim.kind is Kind.RAIL
    assert claim.missing == (Field.AMOUNT,)  # it is verified by the amount with tax


@pytest.mark.parametrize("rest", ["", ",", ",,", ",,\r\n"])
def test_a_ride_hailing_invoice_writes_its_date_with_hyphens(rest: str) -> None:
    read_one = read(f"01,32,,26112000000000000017,23.50,2025-11-08{rest}")
    assert (read_one.kind, read_one.issued_on) == (Kind.DIGITAL_ORDINARY, date(2025, 11, 8))
    assert (read_one.amount, read_one.crc) == (2350, CrcState.ABSENT)
    assert from_qr(read_one).missing == ()


def test_a_paper_ordinary_invoice_holds_its_net_amount() -> None:
    read_one = read("01,04,1100263320,00012345,548.11,20261103,12345678901234567890")
    assert (read_one.kind, read_one.amount_basis) == (Kind.ORDINARY, AmountBasis.NET)


@pytest.mark.parametrize("length", [19, 20])
def test_an_itinerary_prints_a_number_of_its_own_where_the_check_value_stands(length: int) -> None:
    read_one = read(f"01,61,,{'26118000000000000020'[:length]},620,20210728,,7890")
    assert (read_one.kind, read_one.amount, read_one.crc) == (Kind.AIR, 62000, CrcState.ABSENT)


@pytest.mark.parametrize("kind", ["31", "01"])
def test_only_an_itinerary_has_nineteen_digits(kind: str) -> None:
    assert fault_of(f"01,{kind},,2611800000000000002,620,20210728,,7890") == Fault.QR_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A\x00",
        "01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A,\r\n",
        "\x02 01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A,\x00\r\n",
        "[01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A,]",
        "［01，10，011002600111，12345678，49.11，20261103，12345678901234479666，C85A，］",
        "【01、10、011002600111、12345678、49。11、20261103、12345678901234479666、c85a】",
        "０１，１０，011002600111，１２３４５６７８，４９．１１，20261103，12345678901234479666，Ｃ８５Ａ",
        "\ufeff01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A",
    ],
)
def test_what_scanners_and_programs_put_around_and_between(text: str) -> None:
    plain = read("01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A")
    assert plain.crc is CrcState.VALID
    assert read(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "01,31,26112000000000000017,4449.00,20261103,,5D57",
        "01,31, ,26112000000000000017, 4449.00 ,20261103, , 5D57",
    ],
)
def test_a_dropped_or_blank_code_is_no_code(text: str) -> None:
    read_one = read(text)
    assert (read_one.code, read_one.number) == (None, "26112000000000000017")
    assert read_one.amount == 444900


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("01,20,011002600113,00008006,510.68,20261103,12345678901234567890", Kind.E_SPECIAL),
        ("01,10,011002600112,10113872,32,20261103,12345678901234567890", Kind.TOLL),
        ("01,51,011001700111,32212718,39.62,20170227,12345678901234567890", Kind.E_ORDINARY),
        ("01,04,1100261130,00012345,91.59,20261103", Kind.SPECIAL),
        ("01,31,011002600111,12345678,91.59,20261103", Kind.E_ORDINARY),
        ("01,31,,26112000000000000017,91.59,20261103", Kind.DIGITAL_SPECIAL),
        ("01,32,,26112000000000000017,91.59,20261103", Kind.DIGITAL_ORDINARY),
        ("01,85,1100261130,00012345,91.59,20261103", Kind.PAPER_SPECIAL),
        ("01,86,1100261130,00012345,91.59,20261103", Kind.SPECIAL),
        ("01,20,,26112000000000000017,91.59,20261103", Kind.UNKNOWN),
        ("01,10,011002600199,12345678,91.59,20261103", Kind.UNKNOWN),
    ],
)
def test_the_code_decides_the_kind_not_the_printed_type(text: str, kind: Kind) -> None:
    assert read(text).kind is kind


def test_a_kind_no_rule_knows_asks_for_nothing() -> None:
    read_one = read("01,10,011002600199,12345678,91.59,20261103,12345678901234567890")
    assert read_one.fields == ()
    assert read_one.amount_basis is AmountBasis.NET
    digital = read("01,20,,26112000000000000017,91.59,20261103")
    assert (digital.fields, digital.amount_basis) == ((), AmountBasis.UNKNOWN)
    assert from_qr(digital).amount is None


@pytest.mark.parametrize(
    ("text", "fen"), [("32", 3200), ("64.9", 6490), ("100.00", 10000), ("-91.59", -9159)]
)
def test_amounts_have_no_fixed_decimals(text: str, fen: int) -> None:
    assert read(f"01,31,,26112000000000000017,{text},20261103").amount == fen


def test_an_empty_amount_or_date_is_left_to_the_visitor() -> None:
    read_one = read("01,31,,26112000000000000017, ,,,5D57")
    assert (read_one.amount, read_one.issued_on) == (None, None)
    assert from_qr(read_one).missing == (Field.ISSUED_ON, Field.AMOUNT)


@pytest.mark.parametrize(
    "text",
    [
        CHAIN,
        CHAIN.replace("bcfp.shenzhen", "BCFP.ShenZhen").replace("https", "HTTPS"),
        CHAIN + "&utm=1#top",
        f" {CHAIN}\r\n",
        CHAIN.replace("/", "、").replace(":", "：").replace("?", "？").replace("_", "——"),
    ],
)
def test_a_blockchain_address_names_number_and_total_only(text: str) -> None:
    read_one = read(text)
    assert (read_one.kind, read_one.qr_kind) == (Kind.BLOCKCHAIN, "blockchain")
    assert (read_one.code, read_one.number) == (None, "30532037")
    assert (read_one.amount, read_one.amount_basis) == (7200, AmountBasis.UNKNOWN)
    assert from_qr(read_one).missing == (
        Field.CODE,
        Field.ISSUED_ON,
        Field.AMOUNT,
        Field.CHECK_CODE,
        Field.SELLER_TAX_ID,
    )


@pytest.mark.parametrize(
    "host",
    [
        "bcfp.shenzhen.chinatax.gov.cn.example.com",
        "evil.example.com",
        "user@bcfp.shenzhen.chinatax.gov.cn",
        "bcfp.shenzhen.chinatax.gov.cn@example.com",
        "bcfp.shenzhen.chinatax.gov.cn:8443",
        "xbcfp.shenzhen.chinatax.gov.cn",
        "bcfp.shenzhen.chinatax.gov.cn.",
        "bcfp-shenzhen.chinatax.gov.cn",
        "bcfp\uff0eshenzhen.chinatax.gov.cn\u2024",
        "",
    ],
)
def test_any_other_host_is_refused(host: str) -> None:
    assert fault_of(CHAIN.replace("bcfp.shenzhen.chinatax.gov.cn", host)) == Fault.QR_HOST


def test_an_address_without_encryption_is_not_the_tax_offices() -> None:
    assert fault_of(CHAIN.replace("https", "http")) == Fault.QR_HOST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/verify/scan", "/verify/scan/"),
        ("/verify/scan", ""),
        ("bill_num=30532037", "bill_num=3053203"),
        ("bill_num=30532037", "bill_num=30532037&bill_num=30532038"),
        ("total_amount=7200", "total_amount=72.00"),
        ("total_amount=7200", "total_amount=-7200"),
        ("total_amount=7200", "total_amount=999999999999999"),
        ("&total_amount=7200", ""),
        ("hash=01", "hash=zz"),
        ("hash=", "hash"),
    ],
)
def test_a_damaged_blockchain_address(old: str, new: str) -> None:
    assert fault_of(CHAIN.replace(old, new, 1)) == Fault.QR_URL


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.QR_EMPTY),
        (" \r\n\x00", Fault.QR_EMPTY),
        ("[,]", Fault.QR_FOREIGN),
        ("hello", Fault.QR_FOREIGN),
        ("02,31,,26112000000000000017,1,20261103", Fault.QR_FOREIGN),
        ("1,31,,26112000000000000017,1,20261103", Fault.QR_FOREIGN),
        ("6901234567892", Fault.QR_FOREIGN),
        ("01", Fault.QR_FIELDS),
        ("01,31,,26112000000000000017,1", Fault.QR_FIELDS),
        ("01,31,,26112000000000000017,1,20261103,,AAAA,9", Fault.QR_FIELDS),
        ("01,31,,26112000000000000017,1,20261103" + ",1" * 90, Fault.QR_FIELDS),
        ("01,3,,26112000000000000017,1,20261103", Fault.QR_TYPE),
        ("01,AB,,26112000000000000017,1,20261103", Fault.QR_TYPE),
        ("01,31,1234567,12345678,1,20261103", Fault.QR_CODE),
        ("01,10,01100260011X,12345678,1,20261103", Fault.QR_CODE),
        ("01,31,1234567890,26112000000000000017,1,20261103", Fault.QR_NUMBER),
        ("01,10,011002600111,1234567,1,20261103", Fault.QR_NUMBER),
        ("01,10,,12345678,1,20261103", Fault.QR_NUMBER),
        ("01,31,,2611200000000000001X,1,20261103", Fault.QR_NUMBER),
        ("01,31,,26112000000000000017,1e3,20261103", Fault.QR_AMOUNT),
        ("01,31,,26112000000000000017,1.234,20261103", Fault.QR_AMOUNT),
        ("01,31,,26112000000000000017,1 000,20261103", Fault.QR_AMOUNT),
        ("01,31,,26112000000000000017,NaN,20261103", Fault.QR_AMOUNT),
        ("01,31,,26112000000000000017,1,20260230", Fault.QR_DATE),
        ("01,31,,26112000000000000017,1,2026-1-2", Fault.QR_DATE),
        ("01,31,,26112000000000000017,1,2026-02-30", Fault.QR_DATE),
        ("01,31,,26112000000000000017,1,2026/01/02", Fault.QR_DATE),
        ("01,31,,26112000000000000017,1,2026-01-021", Fault.QR_DATE),
        ("01,31,,26112000000000000017,1,2026103", Fault.QR_DATE),
        ("01,10,011002600111,12345678,1,20261103,1234 5678,AAAA", Fault.QR_CHECK_CODE),
        ("0" * (LONGEST + 1), Fault.QR_LONG),
        ("https://", Fault.QR_HOST),
        ("http://[::1/verify", Fault.QR_HOST),
    ],
)
def test_faults_have_codes(text: str, fault: Fault) -> None:
    assert fault_of(text) == fault


def test_digits_of_other_scripts_are_not_digits() -> None:
    arabic = "٢٦١١٢٠٠٠٠٠٠٠٠٠٠٠٠٠١٧"
    assert fault_of(f"01,31,,{arabic},1,20261103") == Fault.QR_NUMBER


def test_an_error_tells_nothing_of_the_invoice() -> None:
    with pytest.raises(QrError) as caught:
        read("01,31,,26112000000000000017,1,20261103,,AAAA,SECRET,MORE")
    assert caught.value.params == {"count": "10"}
    assert "2611" not in str(caught.value)


@given(st.one_of(hostile, hostile.map("01,10,".__add__), hostile.map(CHAIN.__add__)))
def test_any_text_is_read_or_refused_with_a_code(text: str) -> None:
    with suppress(QrError):
        assert read(text).number


@given(st.data())
def test_a_damaged_payload_never_raises_anything_else(data: st.DataObject) -> None:
    whole = "01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A,"
    at = data.draw(st.integers(0, len(whole) - 1))
    sign = data.draw(st.characters())
    with suppress(QrError):
        assert from_qr(read(whole[:at] + sign + whole[at + data.draw(st.integers(0, 3)) :])).number


@given(st.integers(0, 62), st.sampled_from("0123456789"))
def test_one_changed_digit_never_passes_the_check_value(at: int, digit: str) -> None:
    whole = "01,10,011002600111,12345678,49.11,20261103,12345678901234479666,C85A"
    if whole[at] == digit or not whole[at].isdigit():
        return
    try:
        state = read(whole[:at] + digit + whole[at + 1 :]).crc
    except QrError:
        return
    assert state is CrcState.MISMATCH
