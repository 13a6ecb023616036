"""Proves what is published: each file against the signed list, and that it opens."""

from __future__ import annotations

import hashlib
import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.packs.errors import PacksError
from helpdesk.wire import pack_manifest
from helpdesk.wire.errors import WireError
from helpdesk.wire.pack_manifest import CHUNKS_SUFFIX
from invoices.pack import Overlay, PackError, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.packs.keys import PackKeys
    from helpdesk.packs.shelf import Shelf
    from helpdesk.wire.pack_manifest import Manifest, PackFile


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of one file; `code` is empty where all is well, else an error's."""

    name: str
    code: str


def signed_manifest(shelf: Shelf, keys: PackKeys) -> Manifest:
    """The manifest in force.

    Raises:
        PacksError: `packs.none` before the first build, or the fault of the manifest.
    """
    data = shelf.manifest()
    if data is None:
        raise PacksError("packs.none")
    try:
        return pack_manifest.read(data, [keys.signer.key]).manifest
    except WireError as error:
        raise PacksError(error.code, **error.params) from error


def prove(shelf: Shelf, keys: PackKeys, manifest: Manifest) -> Iterator[Proof]:
    """Read every file of the manifest, one after the other."""
    for file in manifest.files:
        yield Proof(file.name, _fault(shelf, keys, file))


def _fault(shelf: Shelf, keys: PackKeys, file: PackFile) -> str:
    path = shelf.public / file.name
    try:
        hashes = path.with_name(path.name + CHUNKS_SUFFIX).read_bytes()
        pack_manifest.check_chunk_list(file, hashes)
        with path.open("rb") as opened:
            view = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        whole = hashlib.sha256(view).digest() == file.digest
        if not whole or pack_manifest.chunk_hashes(view) != hashes:
            return "pack.damaged"
        (Overlay if file.overlay else Segment).open(view, keys.all())
    except (OSError, ValueError):
        return "packs.file"
    except (PackError, WireError) as error:
        return error.code
    return ""
