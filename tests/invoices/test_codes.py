from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.codes import DIGITAL_KINDS, kind_of, kinds_of, region_of
from invoices.kinds import Kind, rule_of
from invoices.regions import REGIONS
from tests.invoices.strategies import CODES, hostile

NUMBER = "12345678"


@pytest.mark.parametrize(
    ("eighth", "kind"),
    [
        ("1", Kind.SPECIAL),
        ("5", Kind.SPECIAL),
        ("3", Kind.ORDINARY),
        ("6", Kind.ORDINARY),
        ("2", Kind.FREIGHT),
        ("7", Kind.FREIGHT),
        ("0", Kind.UNKNOWN),
        ("4", Kind.UNKNOWN),
        ("8", Kind.UNKNOWN),
        ("9", Kind.UNKNOWN),
    ],
)
def test_ten_digits_tell_the_kind_at_the_eighth(eighth: str, kind: Kind) -> None:
    assert kind_of(f"1100201{eighth}30", NUMBER) is kind


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("04", Kind.ORDINARY),
        ("05", Kind.ORDINARY),
        ("06", Kind.ROLL),
        ("07", Kind.ROLL),
        ("11", Kind.E_ORDINARY),
        ("12", Kind.TOLL),
        ("13", Kind.E_SPECIAL),
        ("17", Kind.USED_CAR),
        ("80", Kind.UNKNOWN),
        ("99", Kind.UNKNOWN),
    ],
)
def test_twelve_digits_from_zero_tell_it_at_the_end(ending: str, kind: Kind) -> None:
    assert kind_of(f"0110020026{ending}", NUMBER) is kind


@pytest.mark.parametrize("code", ["144031539110", "131001570151", "133011501118", "111001571071"])
def test_early_electronic_codes_are_listed(code: str) -> None:
    assert kind_of(code, NUMBER) is Kind.E_ORDINARY


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("144031809110", Kind.BLOCKCHAIN),
        ("144031909120", Kind.BLOCKCHAIN),
        ("144031809111", Kind.UNKNOWN),
        ("133001820661", Kind.VEHICLE),
        ("111002620001", Kind.VEHICLE),
        ("011002020099", Kind.UNKNOWN),
    ],
)
def test_other_twelve_digit_codes(code: str, kind: Kind) -> None:
    assert kind_of(code, NUMBER) is kind


def test_twenty_digits_are_told_apart_by_the_scanned_type_only() -> None:
    number = "26112000000000000017"
    assert kind_of("", number) is Kind.DIGITAL_ORDINARY
    assert kind_of("", number, "31") is Kind.DIGITAL_SPECIAL
    assert kind_of("", number, "20") is Kind.UNKNOWN
    assert kind_of("", number, "10") is Kind.RAIL  # as tickets of 2022 print it
    assert kinds_of("", number) == DIGITAL_KINDS
    assert kinds_of("", number, "51")[0] is Kind.RAIL
    assert set(kinds_of("", number, "51")) == set(DIGITAL_KINDS)
    assert kinds_of("", number, "20") == (Kind.UNKNOWN,)


def test_paper_prints_of_digital_invoices_are_candidates_beside_their_sisters() -> None:
    assert kinds_of("1100261130", NUMBER) == (Kind.SPECIAL, Kind.PAPER_SPECIAL)
    assert kinds_of("1100261130", NUMBER, "85") == (Kind.PAPER_SPECIAL, Kind.SPECIAL)
    assert kinds_of("011002600104", NUMBER) == (Kind.ORDINARY, Kind.PAPER_ORDINARY)
    assert kinds_of("011002600199", NUMBER, "86") == (Kind.PAPER_ORDINARY,)
    assert kinds_of("011002600111", NUMBER) == (Kind.E_ORDINARY,)


@given(st.sampled_from([*CODES.values(), ""]), st.sampled_from([NUMBER, "2" * 20, ""]))
def test_candidates_share_their_fields(code: str, number: str) -> None:
    assert len({rule_of(kind).fields for kind in kinds_of(code, number)}) == 1
    assert len({rule_of(kind).basis for kind in kinds_of(code, number)}) == 1
    assert len({rule_of(kind).value for kind in kinds_of(code, number)}) == 1


@pytest.mark.parametrize(
    ("code", "number", "region"),
    [
        ("1100203130", NUMBER, "1100"),
        ("3502202130", NUMBER, "3502"),
        ("4403183130", NUMBER, "4403"),
        ("4400184130", NUMBER, "4400"),
        ("065121900111", NUMBER, "6500"),
        ("037021800104", NUMBER, "3702"),
        ("144031809110", NUMBER, "4403"),
        ("099001800104", NUMBER, None),
        ("", "26112000000000000017", "1100"),
        ("", "24952000000000000017", "4403"),
        ("", "25922000000000000017", "3702"),
        ("", "25912000000000000017", "2102"),
        ("", "25932000000000000017", "3302"),
        ("", "25942000000000000017", "3502"),
        ("", "25992000000000000017", None),
        ("", NUMBER, None),
        ("", "", None),
    ],
)
def test_tax_region(code: str, number: str, region: str | None) -> None:
    assert region_of(code, number) == region


def test_thirty_six_regions() -> None:
    assert len(REGIONS) == 36
    assert REGIONS["1100"] == "北京"
    assert REGIONS["4403"] == "深圳"


@given(hostile, hostile, st.one_of(st.none(), hostile))
def test_any_text_has_a_kind(code: str, number: str, qr_kind: str | None) -> None:
    assert isinstance(kind_of(code, number, qr_kind), Kind)
    assert kinds_of(code, number, qr_kind)[0] is kind_of(code, number, qr_kind)
    assert region_of(code, number) in {None, *REGIONS}
