"""Entries on their way to the server, and the server's word on each.

The kiosk signs the head a batch leads to; the server countersigns the head it has applied. So
neither side alone can rewrite what both have seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from helpdesk.wire import strict_cbor
from helpdesk.wire.binary import B16, B32, B64, Base64
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_form import PLAINTEXT_LENGTH, Entry, Head, chain, following, read_header
from helpdesk.wire.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from helpdesk.wire.signing_key import Signer, VerifyingKey

PATH: Final = "/api/v1/sync/push"
BATCH_ENTRIES: Final = 500
HEADER_LENGTH: Final = 256
REASON_PATTERN: Final = r"^[a-z][a-z0-9_.]{0,63}$"

_HEAD: Final = b"yanpiao/journal-head/1\0"
_RECEIPT: Final = b"yanpiao/journal-receipt/1\0"

SeqNumber = Annotated[int, Field(ge=0, lt=1 << 63)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class WireEntry(_Message):
    """An entry on its way; `header` is the exact bytes that the chain covers."""

    header: Annotated[bytes, Base64(1, HEADER_LENGTH)]
    content: B32
    salt: B16 | None = None
    plaintext: Annotated[bytes, Base64(0, PLAINTEXT_LENGTH)] | None = None


class ClockReading(_Message):
    """The monotonic clock as the batch leaves, by which the server places the boot's entries."""

    boot_id: B16
    mono_ms: Annotated[int, Field(ge=0, lt=1 << 63)]


class PushBatch(_Message):
    """`entries` follow the head (`after`, `before`) and lead to `head`, which `signature` signs."""

    kiosk: Annotated[str, Field(min_length=1, max_length=32)]
    journal: B16
    after: SeqNumber
    before: B32
    entries: Annotated[tuple[WireEntry, ...], Field(max_length=BATCH_ENTRIES)]
    head: B32
    signature: B64
    clock: ClockReading | None = None


class EntryOutcome(StrEnum):
    """The permanent verdict on an entry."""

    APPLIED = "applied"
    REFUSED = "refused"


class EntryVerdict(_Message):
    """The verdict and, for a refusal, why.

    `applied` with a reason: done, but a person must look at it.
    """

    seq: Annotated[int, Field(ge=1, lt=1 << 63)]
    outcome: EntryOutcome
    reason: Annotated[str, Field(pattern=REASON_PATTERN)] | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.outcome is EntryOutcome.REFUSED and self.reason is None:
            # The text reaches no person: pydantic wants one, the answer carries the pointer.
            raise ValueError("reason")
        return self


class PushAnswer(_Message):
    """How far the server is, its verdict on each entry of the batch, and its countersignature.

    A `mark` lower than `after` means that the server was restored: send again from there. One
    within the batch: the rest was not taken yet, send it again. After `quarantined` mark and
    head are those of the branch that this kiosk goes on writing.
    """

    mark: SeqNumber
    head: B32
    verdicts: tuple[EntryVerdict, ...]
    receipt_kid: Annotated[bytes, Base64(4, 4)]
    receipt: B64
    server_time: AwareDatetime
    standing: Standing = Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry and the head it leads to."""

    entry: Entry
    head: Head


def head_statement(kiosk: str, journal: bytes, head: Head) -> bytes:
    """What a kiosk signs with a batch."""
    return _HEAD + strict_cbor.encode([kiosk, journal, head.seq, head.hash])


def receipt_statement(kiosk: str, journal: bytes, head: Head) -> bytes:
    """What the server countersigns."""
    return _RECEIPT + strict_cbor.encode([kiosk, journal, head.seq, head.hash])


def batch(
    signer: Signer,
    kiosk: str,
    journal: bytes,
    before: Head,
    entries: Sequence[Entry],
    clock: ClockReading | None = None,
) -> PushBatch:
    """The signed batch of these entries (none is fine: it proves the head). Raises as `chain`."""
    heads = (before, *chain(before, entries))
    return PushBatch(
        kiosk=kiosk,
        journal=journal,
        after=before.seq,
        before=before.hash,
        entries=tuple(_wire(item) for item in entries),
        head=heads[-1].hash,
        signature=signer.sign(head_statement(kiosk, journal, heads[-1])),
        clock=clock,
    )


def check_batch(given: PushBatch, key: VerifyingKey) -> tuple[Linked, ...]:
    """The entries of a batch, each hash and the kiosk's signature checked. Raises as `checking`."""
    return tuple(checking(given, key))


def checking(given: PushBatch, key: VerifyingKey) -> Iterator[Linked]:
    """`check_batch` entry by entry, for whoever has other work between them.

    Nothing may be done with an entry before the last one has come without an error.

    Raises:
        WireError: `journal.header`, `journal.gap`, `journal.content`, `journal.head` (the entries
            lead elsewhere), `journal.signature`.
    """
    head = Head(given.after, given.before)
    for item in given.entries:
        entry = Entry(read_header(item.header), item.content, item.salt, item.plaintext)
        head = following(head, entry)
        yield Linked(entry, head)
    if head.hash != given.head:
        raise WireError(Fault.JOURNAL_HEAD)
    if not key.holds(given.signature, head_statement(given.kiosk, given.journal, head)):
        raise WireError(Fault.JOURNAL_SIGNATURE)


def beyond(
    mark: Head, given: PushBatch, links: Sequence[Linked], hash_at: Callable[[int], bytes | None]
) -> tuple[Linked, ...]:
    """Which entries of a checked batch are new to a server that is at `mark`.

    Args:
        mark: how far the server has applied this journal.
        given: the batch.
        links: what `check_batch` made of it.
        hash_at: the hash of an entry at or before the mark, None where no longer known.

    Raises:
        WireError: `journal.ahead` (params `mark`) where entries between are missing: send from
            there; `journal.fork` where the journal once had something else at the same place.
    """
    if given.after > mark.seq:
        raise WireError(Fault.JOURNAL_AHEAD, {"mark": str(mark.seq)})
    heads = (Head(given.after, given.before), *(link.head for link in links))
    for head in heads:
        known = mark.hash if head.seq == mark.seq else None
        if head.seq < mark.seq:
            known = hash_at(head.seq)
        if known is not None and known != head.hash:
            raise WireError(Fault.JOURNAL_FORK, {"seq": str(head.seq)})
    return tuple(link for link in links if link.head.seq > mark.seq)


def check_receipt(given: PushAnswer, kiosk: str, journal: bytes, key: VerifyingKey) -> Head:
    """The head that the server vouches for. Raises `WireError` `journal.receipt`."""
    head = Head(given.mark, given.head)
    if given.receipt_kid != key.kid or not key.holds(
        given.receipt, receipt_statement(kiosk, journal, head)
    ):
        raise WireError(Fault.JOURNAL_RECEIPT)
    return head


def _wire(item: Entry) -> WireEntry:
    return WireEntry(
        header=item.header.to_cbor(),
        content=item.content,
        salt=item.salt,
        plaintext=item.plaintext,
    )
