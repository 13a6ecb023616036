from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from helpdesk.wire import journal_form
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_form import Entry, Head
from tests.helpdesk.wire.world import NOW, header

GENESIS = journal_form.genesis(b"j" * 16)


def entries(count: int, seed: int = 1) -> list[Entry]:
    chance = random.Random(seed)
    return [
        journal_form.entry(header(seq), chance.randbytes(16), chance.randbytes(seq))
        for seq in range(1, count + 1)
    ]


def refused(items: list[Entry], head: Head = GENESIS) -> str:
    with pytest.raises(WireError) as raised:
        journal_form.chain(head, items)
    return raised.value.code


@given(st.integers(0, 12), st.sets(st.integers(0, 11)))
def test_an_erased_content_leaves_the_chain_as_it_was(count: int, gone: set[int]) -> None:
    whole = entries(count)
    partly = [item.erased() if at in gone else item for at, item in enumerate(whole)]

    assert journal_form.chain(GENESIS, partly) == journal_form.chain(GENESIS, whole)
    assert all(partly[at].plaintext is None for at in gone if at < count)


@given(st.integers(1, 10), st.integers(0, 10))
def test_a_chain_goes_on_from_any_of_its_heads(count: int, at: int) -> None:
    whole = entries(count)
    heads = (GENESIS, *journal_form.chain(GENESIS, whole))
    at = min(at, count)

    assert (heads[at], *journal_form.chain(heads[at], whole[at:]))[-1] == heads[-1]


def test_the_same_said_twice_looks_different() -> None:
    one = journal_form.entry(header(), b"1" * 16, b"same")
    two = journal_form.entry(header(), b"2" * 16, b"same")

    assert one.content != two.content


@pytest.mark.parametrize(
    "change",
    [
        {"op_id": journal_form.operation_bytes("01936000-0000-7000-8000-0000000000ff")},
        {"kind": "other"},
        {"hlc": 1},
        {"boot_id": b"x" * 16},
        {"mono_ms": 1},
        {"at_ms": 1},
        {"clock_suspect": True},
    ],
)
def test_every_member_of_the_header_is_in_the_hash(change: dict[str, Any]) -> None:
    one, two = (journal_form.entry(h, b"s" * 16, b"") for h in (header(), header(1, **change)))

    assert journal_form.following(GENESIS, one) != journal_form.following(GENESIS, two)


def test_gaps_repeats_and_swaps_are_refused() -> None:
    one, two, three = entries(3)

    assert refused([one, three]) == "journal.gap"
    assert refused([one, one]) == "journal.gap"
    assert refused([two, one]) == "journal.gap"
    assert refused([one], Head(1, GENESIS.hash)) == "journal.gap"


def test_a_content_is_what_its_hash_is_of_or_wholly_gone() -> None:
    (one,) = entries(1)

    assert refused([replace(one, plaintext=b"other")]) == "journal.content"
    assert refused([replace(one, salt=b"s" * 16)]) == "journal.content"
    assert refused([replace(one, plaintext=None)]) == "journal.content"
    assert refused([replace(one, salt=None)]) == "journal.content"
    assert refused([replace(one.erased(), content=b"short")]) == "journal.content"
    assert refused([replace(one, salt=b"short")]) == "journal.salt"
    with pytest.raises(WireError) as raised:
        journal_form.entry(header(), b"s" * 16, bytes(journal_form.PLAINTEXT_LENGTH + 1))
    assert raised.value.code == "journal.content"


def test_journals_begin_apart() -> None:
    assert journal_form.genesis(b"1" * 16) != journal_form.genesis(b"2" * 16)


def test_an_operation_is_a_uuid7() -> None:
    assert header().operation == "01936000-0000-7000-8000-000000000001"
    assert journal_form.operation_bytes(header().operation) == header().op_id
    with pytest.raises(ValidationError):
        header(op_id=b"x" * 16)


def test_a_header_has_one_form() -> None:
    assert journal_form.read_header(header().to_cbor()) == header()
    assert header().at == NOW + timedelta(milliseconds=1)
    data = header().to_cbor()
    for bad in (
        b"",
        data + b"\0",
        data[:-1],
        header(1, clock_suspect=False).to_cbor()[:-1] + b"\xf6",
    ):
        with pytest.raises(WireError) as raised:
            journal_form.read_header(bad)
        assert raised.value.code == "journal.header"


def test_ten_thousand_tamperings_change_the_head() -> None:
    chance = random.Random(1793)
    whole = entries(8)
    head = journal_form.chain(GENESIS, whole)[-1]
    for _ in range(10_000):
        items = list(whole)
        at = chance.randrange(8)
        match chance.randrange(4):
            case 0:
                content = bytearray(items[at].content)
                content[chance.randrange(32)] ^= 1 << chance.randrange(8)
                items[at] = replace(items[at].erased(), content=bytes(content))
            case 1:
                changed = items[at].header.model_copy(update={"mono_ms": chance.randrange(1000)})
                items[at] = replace(items[at], header=changed)
            case 2:
                other = chance.choice([seq for seq in range(8) if seq != at])
                swapped = replace(items[other], header=items[at].header)
                items[at] = swapped
            case _:
                del items[at]
        assert outcome(items) != head


def outcome(items: list[Entry]) -> Head | str:
    try:
        return journal_form.chain(GENESIS, items)[-1]
    except WireError as error:
        return error.code
