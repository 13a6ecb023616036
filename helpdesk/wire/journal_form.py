"""The form of a journal entry, and the chain that makes it impossible to change one unseen.

An entry is a header, and a content of which the chain covers a salted hash only: erasing a
person drops salt and plaintext, and the chain still verifies.

    content = SHA-256("yanpiao/journal-content/1" 0x00 | salt | plaintext)
    hash    = SHA-256("yanpiao/journal-entry/1"   0x00 | hash before | content | header)
    hash of nothing = SHA-256("yanpiao/journal-genesis/1" 0x00 | journal id)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Final
from uuid import UUID

from pydantic import Field, field_validator

from helpdesk.wire import op_id
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.numbered import Bytes16, Numbered

if TYPE_CHECKING:
    from collections.abc import Iterable

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
PLAINTEXT_LENGTH: Final = 1 << 16
KIND_PATTERN: Final = r"^[a-z][a-z0-9_.]{0,31}$"

_ENTRY: Final = b"yanpiao/journal-entry/1\0"
_CONTENT: Final = b"yanpiao/journal-content/1\0"
_GENESIS: Final = b"yanpiao/journal-genesis/1\0"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER_LIMIT: Final = 1 << 63


class Header(Numbered):
    """What an entry says about itself, in the clear and for ever.

    `seq` counts from 1 without gaps; it alone is the order. `op_id` is a UUIDv7's bytes. `hlc`
    is a packed `Hlc`, `mono_ms` the monotonic clock of the boot `boot_id`, `at_ms` the wall clock
    (milliseconds since 1970 UTC). `clock_suspect` is True where the wall clock cannot be right,
    else absent.
    """

    NUMBERS: ClassVar[dict[str, int]] = {
        "seq": 1,
        "op_id": 2,
        "kind": 3,
        "hlc": 4,
        "boot_id": 5,
        "mono_ms": 6,
        "at_ms": 7,
        "clock_suspect": 8,
    }

    seq: Annotated[int, Field(ge=1, lt=_NUMBER_LIMIT)]
    op_id: Bytes16
    kind: Annotated[str, Field(pattern=KIND_PATTERN)]
    hlc: Annotated[int, Field(ge=0, lt=_NUMBER_LIMIT)]
    boot_id: Bytes16
    mono_ms: Annotated[int, Field(ge=0, lt=_NUMBER_LIMIT)]
    at_ms: Annotated[int, Field(ge=0, lt=1 << 47)]
    clock_suspect: bool | None = None

    @field_validator("op_id")
    @classmethod
    def _is_operation(cls, value: bytes) -> bytes:
        try:
            op_id.validate(str(UUID(bytes=value)))
        except WireError as error:
            # Pydantic wants its own kind; the reader of the header gives the code.
            raise ValueError(error.code) from error
        return value

    @property
    def operation(self) -> str:
        """The operation's id as text, the Idempotency-Key."""
        return str(UUID(bytes=self.op_id))

    @property
    def at(self) -> datetime:
        """The wall clock's time (UTC)."""
        return _EPOCH + timedelta(milliseconds=self.at_ms)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `salt` and `plaintext` are None once they have been erased."""

    header: Header
    content: bytes
    salt: bytes | None
    plaintext: bytes | None

    def erased(self) -> Entry:
        """The same entry without what it said; its hash stays."""
        return replace(self, salt=None, plaintext=None)


@dataclass(frozen=True, slots=True)
class Head:
    """How far a journal goes: the last entry's number, and the hash over all of them."""

    seq: int
    hash: bytes


def operation_bytes(text: str) -> bytes:
    """An operation's id for a header. Raises `WireError` `op_id.form`."""
    return UUID(op_id.validate(text)).bytes


def genesis(journal: bytes) -> Head:
    """The head of an empty journal; `journal` is its id, 16 bytes of chance."""
    return Head(0, hashlib.sha256(_GENESIS + journal).digest())


def content_hash(salt: bytes, plaintext: bytes) -> bytes:
    """What the chain knows of a content. Raises `WireError` `journal.salt` or `journal.content`."""
    if len(salt) != SALT_BYTES:
        raise WireError(Fault.JOURNAL_SALT)
    if len(plaintext) > PLAINTEXT_LENGTH:
        raise WireError(Fault.JOURNAL_CONTENT)
    return hashlib.sha256(_CONTENT + salt + plaintext).digest()


def entry(header: Header, salt: bytes, plaintext: bytes) -> Entry:
    """A new entry; `salt` is 16 bytes of chance. Raises as `content_hash`."""
    return Entry(header, content_hash(salt, plaintext), salt, plaintext)


def read_header(data: bytes) -> Header:
    """The header of exactly these bytes. Raises `WireError` `journal.header`."""
    try:
        return Header.from_cbor(data)
    except WireError as error:
        raise WireError(Fault.JOURNAL_HEADER) from error


def following(head: Head, item: Entry) -> Head:
    """The head after `item`.

    Raises:
        WireError: `journal.gap` if its number is not the next one, `journal.content` if what it
            says is not what its hash is of, or only one of salt and plaintext is there.
    """
    if item.header.seq != head.seq + 1:
        raise WireError(Fault.JOURNAL_GAP, {"seq": str(item.header.seq)})
    if not _content_holds(item):
        raise WireError(Fault.JOURNAL_CONTENT, {"seq": str(item.header.seq)})
    linked = hashlib.sha256(_ENTRY + head.hash + item.content + item.header.to_cbor())
    return Head(item.header.seq, linked.digest())


def _content_holds(item: Entry) -> bool:
    if item.salt is None or item.plaintext is None:
        return item.salt is item.plaintext and len(item.content) == HASH_BYTES
    return content_hash(item.salt, item.plaintext) == item.content


def chain(head: Head, items: Iterable[Entry]) -> tuple[Head, ...]:
    """The head after each of `items`. Raises as `following`."""
    heads = []
    for item in items:
        head = following(head, item)
        heads.append(head)
    return tuple(heads)
