from __future__ import annotations

import random

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import strict_cbor
from helpdesk.wire.errors import WireError

KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth_of(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth_of(item) for item in value), default=0)
    return 0


@given(VALUES)
def test_a_value_has_one_form_that_reads_back(value: object) -> None:
    data = strict_cbor.encode(value)

    assert strict_cbor.decode(data, depth=depth_of(value)) == value
    assert cbor2.loads(data) == value


@given(VALUES.filter(lambda value: depth_of(value) > 0))
def test_one_container_too_deep_is_refused(value: object) -> None:
    with pytest.raises(WireError) as raised:
        strict_cbor.decode(strict_cbor.encode(value), depth=depth_of(value) - 1)

    assert raised.value.code == "cbor.depth"


# Appendix A of RFC 8949, the values of the subset.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (100, "1864"),
        (1000, "1903e8"),
        (1000000, "1a000f4240"),
        (1000000000000, "1b000000e8d4a51000"),
        (18446744073709551615, "1bffffffffffffffff"),
        (-18446744073709551616, "3bffffffffffffffff"),
        (-1, "20"),
        (-1000, "3903e7"),
        (False, "f4"),
        (True, "f5"),
        (None, "f6"),
        (bytes.fromhex("01020304"), "4401020304"),
        ("IETF", "6449455446"),
        ("水", "63e6b0b4"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({1: 2, 3: 4}, "a201020304"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    ],
)
def test_the_examples_of_the_rfc(value: object, text: str) -> None:
    assert strict_cbor.encode(value).hex() == text
    assert strict_cbor.decode(bytes.fromhex(text)) == value


def test_keys_are_ordered_by_their_bytes_not_by_their_length() -> None:
    assert strict_cbor.encode({-1: 0, 24: 0, "a": 0, 100: 0}).hex() == "a41818001864002000616100"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "cbor.short"),
        ("18", "cbor.short"),
        ("1903", "cbor.short"),
        ("4401", "cbor.short"),
        ("8201", "cbor.short"),
        ("9b7fffffffffffffff", "cbor.short"),
        ("5b7fffffffffffffff00", "cbor.short"),
        ("0000", "cbor.trailing"),
        ("1817", "cbor.canonical"),
        ("1900ff", "cbor.canonical"),
        ("3800", "cbor.canonical"),
        ("580100", "cbor.canonical"),
        ("9801 00", "cbor.canonical"),
        ("a201000100", "cbor.canonical"),
        ("a203000100", "cbor.canonical"),
        ("61ff", "cbor.canonical"),
        ("63eda080", "cbor.canonical"),
        ("5f4100ff", "cbor.indefinite"),
        ("9f00ff", "cbor.indefinite"),
        ("bfff", "cbor.indefinite"),
        ("ff", "cbor.indefinite"),
        ("d200", "cbor.type"),
        ("c24100", "cbor.type"),
        ("f90000", "cbor.type"),
        ("fb3ff199999999999a", "cbor.type"),
        ("f7", "cbor.type"),
        ("e0", "cbor.type"),
        ("f8ff", "cbor.type"),
        ("1c", "cbor.type"),
        ("a1f500", "cbor.type"),
        ("a1410000", "cbor.type"),
        ("a1f600", "cbor.type"),
    ],
)
def test_every_other_form_has_its_code(text: str, code: str) -> None:
    with pytest.raises(WireError) as raised:
        strict_cbor.decode(bytes.fromhex(text))

    assert raised.value.code == code


def test_a_length_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError) as raised:
        strict_cbor.decode(b"\x00" * 11, length=10)

    assert raised.value.code == "cbor.long"


def test_a_hundred_thousand_open_arrays_are_no_recursion() -> None:
    with pytest.raises(WireError) as raised:
        strict_cbor.decode(b"\x81" * 60_000)

    assert raised.value.code == "cbor.depth"


@pytest.mark.parametrize(
    "value",
    [1.5, 2**64, -(2**64) - 1, "\ud800", {True: 1}, {b"a": 1}, {1.5: 1}, {None: 1}, object()],
)
def test_a_value_outside_the_subset_cannot_be_written(value: object) -> None:
    with pytest.raises(WireError) as raised:
        strict_cbor.encode(value)

    assert raised.value.code == "cbor.type"


def test_any_bytes_are_a_value_of_one_form_or_a_coded_refusal() -> None:
    chance = random.Random(8949)
    answers = [answer_of(chance.randbytes(chance.randrange(1, 12))) for _ in range(20_000)]
    assert {answer[:5] for answer in answers} == {"read", "cbor."}


def answer_of(data: bytes) -> str:
    try:
        value = strict_cbor.decode(data)
    except WireError as error:
        return error.code
    return "read" if strict_cbor.encode(value) == data else "another form"
