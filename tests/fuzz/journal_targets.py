"""Batches of a journal, what is in their entries, and the file that goes on a stick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import ValidationError

from helpdesk.wire import journal_batch, journal_file, journal_form, sealed_box
from helpdesk.wire.check_entry import CheckPayload, check_of, payload_of
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_batch import PushBatch
from helpdesk.wire.journal_form import Entry
from helpdesk.wire.journal_kinds import KINDS
from invoices.check import Check
from invoices.claim import from_face
from invoices.verdict import Source, State, Verdict
from tests.fuzz.engine import Ending, Target
from tests.helpdesk.wire.world import KIOSK, NOW, header
from tests.kiosk.stand_ins import bare, op
from tests.verifier_contract import known_invoices

JOURNAL, SERVER = b"j" * 16, b"\x11" * 32
PUBLIC = sealed_box.public_of(SERVER)
CONTEXT = b"yanpiao/journal-file/1\0"
OPERATION = op("a")
GENESIS = journal_form.genesis(JOURNAL)


def targets() -> Iterator[Target]:
    payloads = [KINDS.write(payload) for payload in _payloads()]
    entries = [
        journal_form.entry(header(seq), bytes([seq]) * 16, payloads[seq % len(payloads)])
        for seq in range(1, 7)
    ]
    heads = (GENESIS, *journal_form.chain(GENESIS, entries))
    spans = ((0, 3), (3, 6), (2, 3), (6, 6))
    batches = [
        journal_batch.batch(KIOSK, "A03", JOURNAL, heads[after], entries[after:to])
        for after, to in spans
    ]
    yield from _contents(entries, payloads)
    yield from _batches(batches, entries)
    yield from _exports(batches, entries)


def _payloads() -> Iterator[CheckPayload]:
    """An unread scan, a match by a pack, a request that is kept."""
    faces = [face for face, _ in known_invoices(NOW.date()).values()]
    told = [
        (None, bare(Verdict.BAD_INPUT)),
        (from_face(faces[0]), replace(bare(Verdict.MATCH), state=State.NORMAL, source=Source.PACK)),
        (from_face(faces[-1]), replace(bare(Verdict.NOT_FOUND), as_of=NOW)),
    ]
    for number, (claim, outcome) in enumerate(told, start=1):
        record = f"A03-261124-{number:04}"
        yield payload_of(Check(OPERATION, record, "ABCDEFGHIJKLMNOPQRST", claim, outcome, NOW))


def _contents(entries: Sequence[Entry], payloads: Sequence[bytes]) -> Iterator[Target]:
    def head(data: bytes, _original: bytes) -> Ending:
        read = journal_form.read_header(data)
        return Ending.SOUND if read.to_cbor() == data else Ending.ACCEPTED

    def content(data: bytes, _original: bytes) -> Ending:
        read = KINDS.read("check", data)
        assert isinstance(read, CheckPayload)
        check_of(read, OPERATION, NOW)
        return Ending.SOUND if KINDS.write(read) == data else Ending.ACCEPTED

    headers = [entry.header.to_cbor() for entry in entries]
    yield Target("journal, head of an entry", headers, head, (WireError,), "cbor", share=2)
    yield Target("journal, content of an entry", payloads, content, (WireError,), "cbor", share=2)


def _batches(batches: Sequence[PushBatch], entries: Sequence[Entry]) -> Iterator[Target]:
    def batch(data: bytes, _original: bytes) -> Ending:
        return _ending([PushBatch.model_validate_json(data)], entries)

    whole = [batch.model_dump_json().encode() for batch in batches]
    refusals = (WireError, ValidationError)
    yield Target("journal batch", whole, batch, refusals, "json", share=4)


def _exports(batches: Sequence[PushBatch], entries: Sequence[Entry]) -> Iterator[Target]:
    def export(data: bytes, _original: bytes) -> Ending:
        journal_file.open_file(SERVER, data)
        return Ending.ACCEPTED

    def sealed(data: bytes, _original: bytes) -> Ending:
        """Anybody can seal a box for the server: what is in it must prove itself."""
        box = sealed_box.seal(PUBLIC, data, context=CONTEXT, ephemeral=b"\x21" * 32)
        return _ending(journal_file.open_file(SERVER, box), entries)

    files = [
        journal_file.seal_file(PUBLIC, given, b"\x22" * 32) for given in (batches[:2], batches, ())
    ]
    texts = [
        b"".join(batch.model_dump_json().encode() + b"\n" for batch in given)
        for given in (batches[:2], batches)
    ]
    yield Target("journal export", files, export, (WireError,), share=3)
    yield Target(
        "journal export, sealed all the same", texts, sealed, (WireError,), "json", share=2
    )


def _ending(given: Sequence[PushBatch], entries: Sequence[Entry]) -> Ending:
    """Whether nothing is in the batches but what the kiosk wrote, erased or not."""
    written = {entry.header.seq: entry for entry in entries}
    for batch in given:
        for link in journal_batch.check_batch(batch, KIOSK.key):
            entry = written[link.entry.header.seq]
            if link.entry not in {entry, entry.erased()}:
                return Ending.ACCEPTED
    return Ending.SAME
