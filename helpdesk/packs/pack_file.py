"""The frame of a pack: header, directories, spill list and checksum around its functions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from invoices import canonical
from invoices.pack.header import CHECKSUM_BYTES, HEADER_BYTES, Header, PackKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.packs.functions import Written
    from helpdesk.packs.records import Records
    from helpdesk.packs.settings import PackSettings

_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into the frame, beside the functions that are already in the file."""

    kind: PackKind
    functions: Sequence[Written]
    shared: Records
    extract: bytes


def begin(out: BinaryIO) -> None:
    """Leave room for the header, in an empty file that can be read and written anywhere."""
    out.write(bytes(HEADER_BYTES))


def finish(out: BinaryIO, settings: PackSettings, content: Content) -> Header:
    """Write all that is not a function, and return the header."""
    out.writelines(function.directory for function in content.functions)
    out.write(_spill_list(content, settings).tobytes())
    header = _header(settings, content, out.tell() + CHECKSUM_BYTES)
    out.seek(0)
    out.write(header.pack())
    out.seek(0)
    digest = hashlib.sha256()
    while block := out.read(_BLOCK):
        digest.update(block)
    out.write(digest.digest())
    return header


def _header(settings: PackSettings, content: Content, length: int) -> Header:
    digester = settings.digester
    overlay = content.kind is PackKind.OVERLAY
    sections = tuple(function.record for function in content.functions)
    issued_at, as_of, since = settings.moments.seconds()
    return Header(
        kind=content.kind,
        name=settings.name,
        region=digester.key.region,
        epoch=digester.key.epoch,
        prf=digester.prf,
        rounds=digester.rounds,
        canonical=canonical.VERSION,
        label=0 if overlay else settings.label,
        body=0 if overlay else settings.body,
        key_check=digester.check(),
        issued_at=issued_at,
        as_of=as_of,
        since=since,
        count=(sections[0].keys if sections else 0) + len(content.shared),
        length=length,
        extract=content.extract,
        spilled=len(content.shared),
        sections=sections,
    )


def _spill_list(content: Content, settings: PackSettings) -> Records:
    """Records of invoices that share their digest, with no more of the body than the rest has."""
    spill = content.shared.copy()
    width = 0 if content.kind is PackKind.OVERLAY else settings.body
    spill["body"] &= np.uint32((1 << width) - 1)
    return spill
