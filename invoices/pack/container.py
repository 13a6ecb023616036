"""A pack file as a whole: checked up front, then cut into its functions and its spill list."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from invoices import canonical
from invoices.pack import header as form
from invoices.pack.directory import read_directory
from invoices.pack.errors import PackError, PackFault
from invoices.pack.finding import StatusCode
from invoices.pack.function import Function
from invoices.pack.header import CHECKSUM_BYTES, HEADER_BYTES, SPILL_BYTES, PackKind, SectionKind
from invoices.pack.keys import Digester

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invoices.pack.header import Header, SectionRecord
    from invoices.pack.keys import PackKey

_SPILLED: Final = struct.Struct("<QQIB")
_CHECKSUM_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Expected:
    """What the signed list says of a file, and how old it may be at most.

    Attributes:
        name: the id it must have.
        checksum: the last 32 bytes it must have; None if nobody says.
        not_before: UTC; an older extract than one already trusted is refused as rolled back.
        verified: the caller has just compared hashes of the whole file, so that it need not be
            read again; the structure is checked all the same.
    """

    name: str | None = None
    checksum: bytes | None = None
    not_before: datetime | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Spilled:
    """One entry of the spill list: an invoice that shares its `h` with another."""

    h2: int
    body: int
    code: int


@dataclass(frozen=True, slots=True)
class Container:
    """A checked file: header, digester of its key, functions by kind, spill list by `h`."""

    header: Header
    digester: Digester
    functions: Mapping[SectionKind, Function]
    spill: Mapping[int, tuple[Spilled, ...]]

    @property
    def as_of(self) -> datetime:
        """UTC moment of the registry extract."""
        return datetime.fromtimestamp(self.header.as_of, UTC)


def read_container(
    view: memoryview, keys: Iterable[PackKey], kind: PackKind, expected: Expected
) -> Container:
    """Open a pack file of this kind. Nothing of it is used before all of it is checked.

    Raises:
        PackError: see `PackFault`; `pack.foreign_key` if none of the keys is the file's.
    """
    header = form.read_header(view)
    if not expected.verified:
        _check_sum(view)
    if header.kind is not kind:
        raise PackError(PackFault.LAYOUT)
    if header.canonical != canonical.VERSION:
        raise PackError(PackFault.CANONICAL, version=str(header.canonical))
    _check_expected(view, header, expected)
    check_sections(header)
    digester = _digester(header, keys)
    functions, spill = _parts(view, header)
    return Container(header, digester, functions, spill)


def _check_sum(view: memoryview) -> None:
    """Raises `PackError` `pack.damaged` unless the last 32 bytes are SHA-256 of the rest."""
    digest = hashlib.sha256()
    end = len(view) - CHECKSUM_BYTES
    for at in range(0, end, _CHECKSUM_STEP):
        digest.update(view[at : min(at + _CHECKSUM_STEP, end)])
    if digest.digest() != view[end:]:
        raise PackError(PackFault.DAMAGED)


def _check_expected(view: memoryview, header: Header, expected: Expected) -> None:
    if expected.name is not None and header.name != expected.name:
        raise PackError(PackFault.UNEXPECTED)
    if expected.checksum is not None and view[-CHECKSUM_BYTES:] != expected.checksum:
        raise PackError(PackFault.UNEXPECTED)
    oldest = expected.not_before
    if oldest is not None and header.as_of < int(oldest.timestamp()):
        raise PackError(PackFault.ROLLED_BACK)


def check_sections(header: Header) -> None:
    """Raises `PackError` `pack.layout` unless kinds, widths and counts fit together."""
    kinds = [section.kind for section in header.sections]
    widths = {section.kind: section.width for section in header.sections}
    possible: tuple[list[SectionKind], ...]
    if header.kind is PackKind.OVERLAY:
        possible = ([], [SectionKind.OVERLAY])
        wanted = {SectionKind.OVERLAY: form.OVERLAY_LABEL + form.STATUS_WIDTH}
        sized = header.label == header.body == 0
    else:
        possible = ([], [SectionKind.MAIN], [*SectionKind][:3])
        wanted = {
            SectionKind.MAIN: header.label + header.body,
            SectionKind.EXC: form.EXC_WIDTH,
            SectionKind.STATUS: form.STATUS_WIDTH,
        }
        sized = header.label in form.LABEL_WIDTHS and header.body in form.BODY_WIDTHS
    fits = kinds in possible and all(wanted[kind] == widths[kind] for kind in kinds)
    if not (fits and sized and _counts_fit(header)):
        raise PackError(PackFault.LAYOUT)


def _counts_fit(header: Header) -> bool:
    keys = [section.keys for section in header.sections]
    held = keys[0] if keys else 0
    return all(0 < count <= held for count in keys) and held + header.spilled == header.count


def _digester(header: Header, keys: Iterable[PackKey]) -> Digester:
    """The digester of the key that is the file's. Raises `PackError` `pack.foreign_key`."""
    for key in keys:
        if header.belongs_to(key):
            digester = Digester(key, header.prf, header.rounds)
            if digester.check() == header.key_check:
                return digester
    raise PackError(PackFault.FOREIGN_KEY, region=header.region, epoch=str(header.epoch))


def _parts(
    view: memoryview, header: Header
) -> tuple[dict[SectionKind, Function], dict[int, tuple[Spilled, ...]]]:
    starts, at = _data_starts(view, header.sections)
    functions = {}
    for record, data_at in zip(header.sections, starts, strict=True):
        directory = view[at : at + record.directory_len]
        at += record.directory_len
        shards = read_directory(directory, record, data_at)
        functions[record.kind] = Function(view, shards, record.shard_bits, record.width)
    end = at + header.spilled * SPILL_BYTES
    if end + CHECKSUM_BYTES != header.length:
        raise PackError(PackFault.LAYOUT)
    return functions, _read_spill(view[at:end], header)


def _data_starts(view: memoryview, sections: tuple[SectionRecord, ...]) -> tuple[list[int], int]:
    """First byte of each section's data, and of the directories behind them."""
    at = HEADER_BYTES
    starts = []
    for record in sections:
        gap = form.padding(at)
        if any(view[at : at + gap]):
            raise PackError(PackFault.LAYOUT)
        at += gap
        starts.append(at)
        at += record.data_len
    if at > len(view):
        raise PackError(PackFault.LAYOUT)
    return starts, at


def _read_spill(view: memoryview, header: Header) -> dict[int, tuple[Spilled, ...]]:
    """The spill list by `h`. Raises `PackError` `pack.layout` if unsorted or out of range."""
    highest = StatusCode.WITHDRAWN if header.kind is PackKind.OVERLAY else StatusCode.RED_FULL
    spill: dict[int, tuple[Spilled, ...]] = {}
    before = (-1, -1)
    for h, h2, body, code in _SPILLED.iter_unpack(view):
        if (h, h2) <= before or body >> header.body or code > highest:
            raise PackError(PackFault.LAYOUT)
        before = (h, h2)
        spill[h] = (*spill.get(h, ()), Spilled(h2, body, code))
    return spill
