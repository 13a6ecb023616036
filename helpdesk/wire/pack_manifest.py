"""The signed list of all packs that count now, and the rules by which a kiosk takes a new one.

The server signs it with its receipt key, which a kiosk pins at its enrolment, for this purpose
alone. `accept` is the ratchet: it checks everything and returns the manifest, or raises; only
then may the caller keep it. It never goes back to a lower version, nor to another list of the
same version. An expired manifest is taken all the same when it is newer than what is held, say
from a stick: expiry changes what is said of an invoice, not which data are the better ones.

Each file's content is named by its SHA-256, of which its name holds a part, so that a name never
means two things. A file of more than one chunk has its chunks' hashes in a file beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from helpdesk.wire import cose
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.numbered import Key32, Moment, Numbered
from invoices.pack.errors import PackError
from invoices.pack.periods import overlay_day, segment_period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.wire.signing_key import Signer, VerifyingKey

PATH: Final = "/api/v1/packs/manifest"
FILES_PATH: Final = "/api/v1/packs/files/"
MANIFEST_FILE: Final = "manifest"
"""The manifest's name where files are handed over in a folder."""
CHUNKS_SUFFIX: Final = ".chunks"
CHUNK: Final = 1 << 20
"""Bytes of a chunk; the last of a file is what is left."""
HASH_BYTES: Final = 32
LENGTH: Final = 4 << 20
LIFETIME: Final = timedelta(days=32)
MOST_FILES: Final = 16_384
"""64 key regions with five years of months, supplements, days and overlays are 12,096."""
NAME_PATTERN: Final = r"^[a-z0-9]{1,16}-[0-9]{1,10}-[a-z0-9.-]{7,24}-[0-9a-f]{16}\.fpk$"
NAME_LENGTH: Final = 80

_PURPOSE: Final = b"yanpiao/pack-manifest/1"
_DIGEST_IN_NAME: Final = 16
_LONGEST_FILE: Final = 1 << 40


class PackFile(Numbered):
    """One pack: which it is, whose key it needs, and what its bytes are."""

    NUMBERS: ClassVar[dict[str, int]] = {
        "pack": 1,
        "region": 2,
        "epoch": 3,
        "length": 4,
        "digest": 5,
        "chunks": 6,
        "as_of": 7,
    }

    pack: Annotated[str, Field(pattern=r"^[a-z0-9.-]{7,24}$")]
    """Its id: `2026-03`, `2026-03-17`, `ovr-2026-11-24`, perhaps with a suffix."""
    region: Annotated[str, Field(pattern=r"^[a-z0-9]{1,16}$")]
    epoch: Annotated[int, Field(ge=0, lt=1 << 32)]
    length: Annotated[int, Field(ge=1, le=_LONGEST_FILE)]
    digest: Key32
    """SHA-256 of the whole file."""
    chunks: Key32
    """SHA-256 of its chunks' hashes, laid end to end."""
    as_of: Moment

    @property
    def name(self) -> str:
        """The name of the file, which no other content ever has."""
        part = self.digest.hex()[:_DIGEST_IN_NAME]
        return f"{self.region}-{self.epoch}-{self.pack}-{part}.fpk"

    @property
    def overlay(self) -> bool:
        """Whether it tells of changed states only."""
        return self.pack.startswith("ovr-")

    @property
    def chunk_count(self) -> int:
        """How many chunks it has."""
        return -(-self.length // CHUNK)


class Manifest(Numbered):
    """All packs that count, from `issued_at` until `expires`.

    `as_of`: the registry as it was then is what all files together tell.
    """

    NUMBERS: ClassVar[dict[str, int]] = {
        "version": 1,
        "issued_at": 2,
        "expires": 3,
        "as_of": 4,
        "files": 5,
    }
    DEPTH: ClassVar[int] = 3

    version: Annotated[int, Field(ge=1, lt=1 << 63)]
    issued_at: Moment
    expires: Moment
    as_of: Moment
    files: Annotated[tuple[PackFile, ...], Field(max_length=MOST_FILES)]


@dataclass(frozen=True, slots=True)
class Held:
    """What a kiosk remembers of the newest manifest it took, to refuse an older or another one."""

    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """A manifest that was proved, and what to remember of it."""

    manifest: Manifest
    held: Held


def chunk_hashes(data: bytes | memoryview) -> bytes:
    """The hashes of the chunks of a file, laid end to end."""
    view = memoryview(data)
    starts = range(0, len(view), CHUNK)
    return b"".join(hashlib.sha256(view[at : at + CHUNK]).digest() for at in starts)


def sign(signer: Signer, manifest: Manifest) -> bytes:
    """The manifest with its signature.

    Raises:
        WireError: as `read` would.
    """
    _check(manifest)
    return cose.sign(signer, manifest.to_cbor(), _PURPOSE)


def read(data: bytes, keys: Sequence[VerifyingKey]) -> Accepted:
    """What a signed manifest says, proved by one of these keys, whatever the time is.

    Raises:
        WireError: `manifest.long`; `cbor.*`, `cose.form` for bytes that are no manifest;
            `manifest.signature` where none of the keys has signed it; `manifest.lifetime`,
            `manifest.files` for one whose parts contradict each other.
    """
    if len(data) > LENGTH:
        raise WireError(Fault.MANIFEST_LONG)
    signed = cose.parse(data, length=LENGTH)
    key = next((key for key in keys if key.kid == signed.kid), None)
    if key is None or not signed.holds(key, _PURPOSE):
        raise WireError(Fault.MANIFEST_SIGNATURE)
    manifest = Manifest.from_cbor(signed.payload, length=LENGTH)
    _check(manifest)
    digest = hashlib.sha256(signed.payload).digest()
    return Accepted(manifest, Held(manifest.version, digest))


def accept(data: bytes, keys: Sequence[VerifyingKey], held: Held | None = None) -> Accepted:
    """The ratchet: a manifest that may replace what `held` remembers.

    Raises:
        WireError: as `read`; `manifest.rollback` for a lower version, `manifest.fork` for
            another list of the same one.
    """
    accepted = read(data, keys)
    if held is not None and accepted.held.version < held.version:
        raise WireError(Fault.MANIFEST_ROLLBACK)
    if held is not None and accepted.held.version == held.version and accepted.held != held:
        raise WireError(Fault.MANIFEST_FORK)
    return accepted


def check_chunk_list(file: PackFile, hashes: bytes) -> tuple[bytes, ...]:
    """The hash of each chunk. Raises `WireError` `manifest.chunks` for a list of another file."""
    fits = len(hashes) == file.chunk_count * HASH_BYTES
    if not fits or hashlib.sha256(hashes).digest() != file.chunks:
        raise WireError(Fault.MANIFEST_CHUNKS)
    return tuple(hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))


def _check(manifest: Manifest) -> None:
    if not timedelta(0) < manifest.expires - manifest.issued_at <= LIFETIME:
        raise WireError(Fault.MANIFEST_LIFETIME)
    packs = {(file.region, file.epoch, file.pack) for file in manifest.files}
    names = {file.name for file in manifest.files}
    if not len(packs) == len(names) == len(manifest.files):
        raise WireError(Fault.MANIFEST_FILES)
    for file in manifest.files:
        _check_file(file, manifest.as_of)


def _check_file(file: PackFile, as_of: datetime) -> None:
    try:
        (overlay_day if file.overlay else segment_period)(file.pack)
    except PackError as error:
        raise WireError(Fault.MANIFEST_FILES) from error
    # One chunk is its own list: nobody fetches it.
    alone = file.chunk_count > 1 or file.chunks == hashlib.sha256(file.digest).digest()
    if file.as_of > as_of or not alone:
        raise WireError(Fault.MANIFEST_FILES)


def own_chunk_list(file: PackFile) -> bytes | None:
    """The chunk list of a file of one chunk; None where it must be fetched."""
    return None if file.chunk_count > 1 else file.digest
