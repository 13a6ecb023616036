"""Bytes to text: three encodings, nothing invisible, one limit."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.scanners.decoding import LIMIT, ScanError, decode


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_in_either_encoding(encoding: str) -> None:
    assert decode("01,发票,㐂𠮷,123456".encode(encoding)) == "01,发票,㐂𠮷,123456"


def test_bytes_of_no_encoding_keep_what_can_be_read() -> None:
    assert decode(b"01,\xff\xff,12") == "01,\ufffd\ufffd,12"


def test_full_width_forms_become_plain() -> None:
    assert decode("０１，３２，，２４１１".encode()) == "01,32,,2411"


@pytest.mark.parametrize(
    "unseen",
    ["\x00", "\x11", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad",
     "\u2028", "\u3164", "\ufe0f"],
)  # fmt: skip
def test_what_cannot_be_seen_is_left_out(unseen: str) -> None:
    assert decode(f"{unseen}01,{unseen}32{unseen}".encode()) == "01,32"


@pytest.mark.parametrize("scan", [b"", b" \r\n", b"\x00\x00", "\u200b".encode()])
def test_nothing_to_read(scan: bytes) -> None:
    with pytest.raises(ScanError) as failure:
        decode(scan)
    assert failure.value.code == "scan.empty"


@pytest.mark.parametrize("scan", [b"1" * (LIMIT + 1), "\ufdfa".encode() * 300])
def test_too_long_before_or_after_unfolding(scan: bytes) -> None:
    with pytest.raises(ScanError) as failure:
        decode(scan)
    assert failure.value.code == "scan.too_long"
    assert failure.value.params == {"limit": str(LIMIT)}


@given(st.binary(max_size=LIMIT + 20))
def test_any_bytes_give_safe_text_or_a_coded_error(scan: bytes) -> None:
    try:
        text = decode(scan)
    except ScanError:
        return
    assert 0 < len(text) <= LIMIT
    assert not {unicodedata.category(character) for character in text} & {"Cc", "Cf", "Cs"}
    assert text.encode()
    assert decode(text.encode()[:LIMIT])
