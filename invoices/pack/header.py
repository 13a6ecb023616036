"""The first 256 bytes of a pack: what it is, whose key it needs, and how long its parts are.

There are no offsets in a pack. Every part follows the one before, so nothing can overlap and a
length that lies cannot agree with the length of the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from invoices.pack.errors import PackError, PackFault
from invoices.pack.keys import MOST_ROUNDS, Prf
from invoices.pack.mixing import WINDOW

if TYPE_CHECKING:
    from invoices.pack.keys import PackKey

MAGIC: Final = b"FPK1\r\n\x1a\x00"
FORMAT: Final = 1
HEADER_BYTES: Final = 256
CHECKSUM_BYTES: Final = 32
SPILL_BYTES: Final = 21
ALIGN_FROM: Final = 65_536
ALIGNMENT: Final = 64
BODY_WIDTHS: Final = (16, 20, 24, 32)
LABEL_WIDTHS: Final = range(17)
EXC_WIDTH: Final = 6
STATUS_WIDTH: Final = 3
OVERLAY_LABEL: Final = 32
LATEST: Final = 253_402_300_799
"""Seconds of the last moment a date can hold: 9999-12-31T23:59:59Z."""

_HEADER: Final = struct.Struct("<8sHBBBBBB32s16sII16sqqqQQ32sII72s16s")
_RECORD: Final = struct.Struct("<BBBBIQQ")


class PackKind(IntEnum):
    """What a file is."""

    SEGMENT = 1
    OVERLAY = 2


class SectionKind(IntEnum):
    """What a function answers."""

    MAIN = 1
    EXC = 2
    STATUS = 3
    OVERLAY = 4


@dataclass(frozen=True, slots=True)
class SectionRecord:
    """One function: value width and shards in bits, lengths in bytes."""

    kind: SectionKind
    width: int
    shard_bits: int
    directory_len: int
    keys: int
    data_len: int

    def pack(self) -> bytes:
        """The 24 bytes of the record."""
        return _RECORD.pack(
            self.kind,
            self.width,
            self.shard_bits,
            0,
            self.directory_len,
            self.keys,
            self.data_len,
        )


@dataclass(frozen=True, slots=True)
class Header:
    """Everything the header says. Times are seconds since 1970, UTC; widths are bits."""

    kind: PackKind
    name: str
    region: str
    epoch: int
    prf: Prf
    rounds: int
    canonical: int
    label: int
    body: int
    key_check: bytes
    issued_at: int
    as_of: int
    since: int
    count: int
    length: int
    extract: bytes
    spilled: int
    sections: tuple[SectionRecord, ...]

    def pack(self) -> bytes:
        """The 256 bytes of the header."""
        return _HEADER.pack(
            MAGIC,
            FORMAT,
            self.kind,
            self.canonical,
            self.prf,
            self.label,
            self.body,
            WINDOW,
            self.name.encode("ascii"),
            self.region.encode("ascii"),
            self.epoch,
            self.rounds,
            self.key_check,
            self.issued_at,
            self.as_of,
            self.since,
            self.count,
            self.length,
            self.extract,
            0,
            self.spilled,
            b"".join(section.pack() for section in self.sections),
            b"",
        )

    def belongs_to(self, key: PackKey) -> bool:
        """Whether the file names this region and epoch."""
        return (self.region, self.epoch) == (key.region, key.epoch)


def padding(at: int) -> int:
    """Zero bytes before the data of a section that would start at `at`: none in small files."""
    return -at % ALIGNMENT if at >= ALIGN_FROM else 0


def read_header(view: memoryview) -> Header:
    """Read and check the header, and that its lengths make up the whole file.

    Raises:
        PackError: `pack.truncated`, `pack.magic`, `pack.version`, `pack.prf`, `pack.layout` or
            `pack.damaged` for bytes behind the stated end.
    """
    if bytes(view[: len(MAGIC)]) != MAGIC[: len(view)]:
        raise PackError(PackFault.MAGIC)
    if len(view) < HEADER_BYTES + CHECKSUM_BYTES:
        raise PackError(PackFault.TRUNCATED)
    (
        *_,
        form,
        kind,
        canonical,
        prf,
        label,
        body,
        window,
        name,
        region,
        epoch,
        rounds,
        key_check,
        issued_at,
        as_of,
        since,
        count,
        length,
        extract,
        flags,
        spilled,
        records,
        reserved,
    ) = _HEADER.unpack_from(view)
    # A newer writer raises the format, sets a flag or uses the reserved bytes.
    if form != FORMAT or flags or any(reserved) or window != WINDOW:
        raise PackError(PackFault.VERSION, format=str(form))
    _check_length(len(view), length)
    if prf not in list(Prf):
        raise PackError(PackFault.PRF, prf=str(prf))
    times = (issued_at, as_of, since)
    if kind not in list(PackKind) or rounds > MOST_ROUNDS:
        raise PackError(PackFault.LAYOUT)
    if min(times) < 0 or max(times) > LATEST:
        raise PackError(PackFault.LAYOUT)
    return Header(
        kind=PackKind(kind),
        name=_text(name),
        region=_text(region),
        epoch=epoch,
        prf=Prf(prf),
        rounds=rounds,
        canonical=canonical,
        label=label,
        body=body,
        key_check=key_check,
        issued_at=issued_at,
        as_of=as_of,
        since=since,
        count=count,
        length=length,
        extract=extract,
        spilled=spilled,
        sections=_read_records(records),
    )


def _check_length(actual: int, stated: int) -> None:
    if actual < stated:
        raise PackError(PackFault.TRUNCATED)
    if actual > stated:
        raise PackError(PackFault.DAMAGED)


def _text(field: bytes) -> str:
    """An ASCII text padded with zero bytes. Raises `PackError` `pack.layout`."""
    text = field.rstrip(b"\x00")
    if not text or not text.isascii() or not text.decode("ascii").isprintable():
        raise PackError(PackFault.LAYOUT)
    return text.decode("ascii")


def _read_records(records: bytes) -> tuple[SectionRecord, ...]:
    sections = []
    for kind, width, shard_bits, zero, directory_len, keys, data_len in _RECORD.iter_unpack(
        records
    ):
        if kind == 0 and not any((width, shard_bits, zero, directory_len, keys, data_len)):
            continue
        if kind not in list(SectionKind) or zero:
            raise PackError(PackFault.LAYOUT)
        record = SectionRecord(SectionKind(kind), width, shard_bits, directory_len, keys, data_len)
        sections.append(record)
    if records != b"".join(section.pack() for section in sections).ljust(len(records), b"\x00"):
        raise PackError(PackFault.LAYOUT)  # a gap before a record
    return tuple(sections)
