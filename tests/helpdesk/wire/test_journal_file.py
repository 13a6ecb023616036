from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire import journal_batch, journal_file, journal_form, sealed_box
from helpdesk.wire.errors import WireError
from tests.helpdesk.wire.world import KIOSK, header

JOURNAL, SERVER, OTHER = b"j" * 16, b"\x11" * 32, b"\x12" * 32
ENTRIES = [journal_form.entry(header(seq), bytes([seq]) * 16, b"entry") for seq in range(1, 6)]
HEADS = (
    journal_form.genesis(JOURNAL),
    *journal_form.chain(journal_form.genesis(JOURNAL), ENTRIES),
)
BATCHES = tuple(
    journal_batch.batch(KIOSK, "A03", JOURNAL, HEADS[at], ENTRIES[at : at + 2]) for at in (0, 2, 4)
)
FILE = journal_file.seal_file(sealed_box.public_of(SERVER), BATCHES, b"\x21" * 32)


def refused(private: bytes, data: bytes) -> str:
    with pytest.raises(WireError) as raised:
        journal_file.open_file(private, data)
    return raised.value.code


def test_the_server_reads_the_batches_in_their_order() -> None:
    assert journal_file.open_file(SERVER, FILE) == BATCHES
    empty = journal_file.seal_file(sealed_box.public_of(SERVER), (), b"\x22" * 32)
    assert journal_file.open_file(SERVER, empty) == ()


def test_nobody_else_reads_it_and_nothing_lies_in_the_clear() -> None:
    assert refused(OTHER, FILE) == "seal.open"
    assert JOURNAL not in FILE
    assert b"kiosk" not in FILE


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_any_altered_byte_is_seen(at: int, change: int) -> None:
    data = bytearray(FILE)
    data[at] ^= change
    assert refused(SERVER, bytes(data)).startswith("seal.")


def test_a_box_that_holds_something_else_is_refused() -> None:
    context = b"yanpiao/journal-file/1\0"
    box = sealed_box.seal(
        sealed_box.public_of(SERVER), b"[]\n", context=context, ephemeral=b"\x23" * 32
    )
    assert refused(SERVER, box) == "journal.file"
