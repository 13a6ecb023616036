"""A file that is not what it should be is refused by name, and never in part."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.packs.records import Records
from invoices.pack import Overlay, PackError, PackFault, PackKey, Segment
from invoices.pack.container import Expected
from invoices.pack.header import read_header
from tests.helpdesk.packs.synthetic import (
    AS_OF,
    KEY,
    overlay_bytes,
    registry,
    resealed,
    segment_bytes,
    settings,
)


@pytest.fixture(scope="module")
def data() -> bytes:
    return segment_bytes(registry(300))


def refusal(data: bytes, *, key: PackKey = KEY, expected: Expected | None = None) -> str:
    with pytest.raises(PackError) as caught:
        Segment.open(memoryview(data), [key], expected)
    return caught.value.code


def with_bytes(data: bytes, at: int, new: bytes) -> bytes:
    return resealed(data[:at] + new + data[at + len(new) :])


@pytest.mark.parametrize("length", [0, 3, 8, 255, 287, 288])
def test_a_short_file_is_truncated(data: bytes, length: int) -> None:
    assert refusal(data[:length]) == PackFault.TRUNCATED


def test_a_file_that_lost_its_end_is_truncated(data: bytes) -> None:
    assert refusal(data[:-1]) == PackFault.TRUNCATED
    assert refusal(resealed(data[:-40])) == PackFault.TRUNCATED


def test_bytes_behind_the_end_are_damage(data: bytes) -> None:
    assert refusal(data + b"\x00") == PackFault.DAMAGED


def test_another_kind_of_file_has_no_magic() -> None:
    assert refusal(b"SQLite format 3\x00" + bytes(5000)) == PackFault.MAGIC
    assert refusal(b"x") == PackFault.MAGIC


def test_one_wrong_bit_is_damage(data: bytes) -> None:
    for at in (300, 1000, len(data) - 40, len(data) - 1):
        assert refusal(data[:at] + bytes((data[at] ^ 4,)) + data[at + 1 :]) == PackFault.DAMAGED


@pytest.mark.parametrize(
    ("at", "new", "fault"),
    [
        (0x08, b"\x02\x00", PackFault.VERSION),
        (0x0F, b"\x80", PackFault.VERSION),
        (0xA0, b"\x01", PackFault.VERSION),
        (0xF0, b"\x01", PackFault.VERSION),
        (0x0A, b"\x02", PackFault.LAYOUT),
        (0x0A, b"\x09", PackFault.LAYOUT),
        (0x0B, b"\x63", PackFault.CANONICAL),
        (0x0C, b"\x09", PackFault.PRF),
        (0x0D, b"\x11", PackFault.LAYOUT),
        (0x0E, b"\x11", PackFault.LAYOUT),
        (0x10, b"2026-13", PackFault.ID),
        (0x10, b"\x00", PackFault.LAYOUT),
        (0x10, b"2\x000", PackFault.LAYOUT),
        (0x30, b"else", PackFault.FOREIGN_KEY),
        (0x40, b"\x08", PackFault.FOREIGN_KEY),
        (0x44, b"\xff\xff\xff\xff", PackFault.LAYOUT),
        (0x48, b"\x00" * 16, PackFault.FOREIGN_KEY),
        (0x60, b"\xff" * 8, PackFault.LAYOUT),
        (0x70, b"\x00", PackFault.LAYOUT),
        (0xA4, b"\x01", PackFault.LAYOUT),
        (0xA8, b"\x02", PackFault.LAYOUT),
        (0xA8, b"\x07", PackFault.LAYOUT),
        (0xA8, b"\x00" * 24, PackFault.LAYOUT),
        (0xA9, b"\x2f", PackFault.LAYOUT),
        (0xAA, b"\x01", PackFault.LAYOUT),
        (0xAA, b"\xff", PackFault.LAYOUT),
        (0xAB, b"\x01", PackFault.LAYOUT),
        (0xAC, b"\xff\xff\xff\xff", PackFault.LAYOUT),
        (0xB8, b"\xff" * 8, PackFault.LAYOUT),
    ],
)
def test_a_header_that_lies_is_refused(data: bytes, at: int, new: bytes, fault: PackFault) -> None:
    assert refusal(with_bytes(data, at, new)) == fault


def directory_at(data: bytes) -> int:
    sections = read_header(memoryview(data)).sections
    return 256 + sum(section.data_len for section in sections)


@pytest.mark.parametrize("new", [b"\x00", b"\x02", b"\x11", b"\xff", b"\x01\x00" + bytes(4)])
def test_a_directory_that_lies_is_refused(data: bytes, new: bytes) -> None:
    assert refusal(with_bytes(data, directory_at(data), new)) == PackFault.LAYOUT


def test_a_layer_of_a_billion_slots_is_refused(data: bytes) -> None:
    slots = struct.pack("<I", 1 << 30)
    assert refusal(with_bytes(data, directory_at(data) + 2, slots)) == PackFault.LAYOUT


def spilling() -> Records:
    records = registry(3)
    records["h"][:2] = records["h"][0]
    return records


@pytest.mark.parametrize(("at", "new"), [(-32 - 42, b"\xff" * 16), (-33, b"\x05"), (-33, b"\xff")])
def test_a_spill_list_that_lies_is_refused(at: int, new: bytes) -> None:
    data = segment_bytes(spilling())
    Segment.open(memoryview(data), [KEY])
    assert refusal(with_bytes(data, len(data) + at, new)) == PackFault.LAYOUT


def test_a_spill_list_with_more_of_the_body_than_the_rest_is_refused() -> None:
    data = segment_bytes(spilling(), settings(body=20))
    top_of_last_body = len(data) - 32 - 2
    assert refusal(with_bytes(data, top_of_last_body, b"\x01")) == PackFault.LAYOUT


def test_a_key_of_another_region_epoch_or_secret_is_foreign(data: bytes) -> None:
    assert refusal(data, key=PackKey("else", KEY.epoch, KEY.secret)) == PackFault.FOREIGN_KEY
    assert refusal(data, key=PackKey(KEY.region, 8, KEY.secret)) == PackFault.FOREIGN_KEY
    assert refusal(data, key=replace(KEY, secret=bytes(32))) == PackFault.FOREIGN_KEY


def test_what_the_signed_list_says_must_hold(data: bytes) -> None:
    right = Expected(name="2026-03", checksum=data[-32:], not_before=AS_OF)
    Segment.open(memoryview(data), [KEY], right)
    assert refusal(data, expected=replace(right, name="2026-04")) == PackFault.UNEXPECTED
    assert refusal(data, expected=replace(right, checksum=bytes(32))) == PackFault.UNEXPECTED
    later = AS_OF + timedelta(seconds=1)
    assert refusal(data, expected=replace(right, not_before=later)) == PackFault.ROLLED_BACK


def test_a_verified_file_is_still_checked_for_structure(data: bytes) -> None:
    verified = Expected(verified=True)
    damaged = data[:1000] + bytes((data[1000] ^ 4,)) + data[1001:]
    Segment.open(memoryview(damaged), [KEY], verified)
    assert refusal(with_bytes(data, 0xAA, b"\xff"), expected=verified) == PackFault.LAYOUT


def test_an_overlay_is_no_segment_and_a_segment_no_overlay(data: bytes) -> None:
    overlay = overlay_bytes(registry(5))
    assert refusal(overlay) == PackFault.LAYOUT
    with pytest.raises(PackError) as caught:
        Overlay.open(memoryview(data), [KEY])
    assert caught.value.code == PackFault.LAYOUT


def test_alignment_gaps_must_be_empty() -> None:
    data = segment_bytes(registry(12_001), settings())
    main = read_header(memoryview(data)).sections[0]
    end = 256 + main.data_len
    assert end > 65_536
    assert -end % 64 > 0
    assert refusal(with_bytes(data, end, b"\x01")) == PackFault.LAYOUT
