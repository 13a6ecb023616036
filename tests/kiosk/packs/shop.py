"""A publisher of small packs, and a kiosk's store to take them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from helpdesk.packs.digests import digest_rows
from helpdesk.packs.overlays import build_overlay
from helpdesk.packs.segments import build_segment
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.store import MemoryStore
from helpdesk.wire import pack_manifest
from helpdesk.wire.pack_manifest import CHUNKS_SUFFIX, MANIFEST_FILE, Manifest, PackFile
from helpdesk.wire.signing_key import Ed25519Signer
from invoices import canonical
from invoices.claim import Claim
from invoices.face import Face
from invoices.pack import Digester, PackKey, Prf
from invoices.pack.finding import STATES
from invoices.verdict import State
from kiosk.packs.folder import PackFolder
from kiosk.packs.source import FolderSource, PackSource
from kiosk.packs.store import PackStore
from kiosk.packs.trust import PackTrust
from tests.helpdesk.packs.synthetic import EXTRACT_KEY, registry

KEY = PackKey("all", 1, bytes(range(32)))
SIGNER = Ed25519Signer(b"\x07" * 32)
TRUST = PackTrust((KEY,), (SIGNER.key,))
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
Known = tuple[Face, State]


@dataclass(frozen=True)
class Pack:
    file: PackFile
    data: bytes


def pack_of(name: str, data: bytes, as_of: datetime = NOW, key: PackKey = KEY) -> Pack:
    hashes = pack_manifest.chunk_hashes(data)
    file = PackFile(
        pack=name,
        region=key.region,
        epoch=key.epoch,
        length=len(data),
        digest=hashlib.sha256(data).digest(),
        chunks=hashlib.sha256(hashes).digest(),
        as_of=as_of,
    )
    return Pack(file, data)


def _settings(name: str, moments: Moments, key: PackKey, label: int, body: int) -> PackSettings:
    return PackSettings(name, Digester(key), moments, label, body, extract_key=EXTRACT_KEY)


def segment(
    name: str,
    known: Iterable[Known],
    as_of: datetime = NOW,
    key: PackKey = KEY,
    *,
    label: int = 16,
    body: int = 32,
) -> Pack:
    rows = [
        (
            canonical.identity(face.code, face.number),
            canonical.body_of_face(face),
            STATES.index(state),
        )
        for face, state in known
    ]
    out = io.BytesIO()
    records = digest_rows(rows, key, Prf.BLAKE2B, 0)
    asked = _settings(name, Moments(as_of, as_of), key, label, body)
    build_segment(out, asked, MemoryStore([records]))
    return pack_of(name, out.getvalue(), as_of, key)


def overlay(name: str, known: Sequence[Known], as_of: datetime, since: datetime) -> Pack:
    rows = [
        (canonical.identity(face.code, face.number), b"", STATES.index(state))
        for face, state in known
    ]
    out = io.BytesIO()
    asked = _settings(name, Moments(as_of, as_of, since), KEY, 0, 0)
    build_overlay(out, asked, digest_rows(rows, KEY, Prf.BLAKE2B, 0))
    return pack_of(name, out.getvalue(), as_of)


def large_pack(name: str = "2026-01", count: int = 500_000, seed: int = 1) -> Pack:
    """Three chunks, the last one short."""
    out = io.BytesIO()
    asked = _settings(name, Moments(NOW, NOW), KEY, 16, 32)
    build_segment(out, asked, MemoryStore([np.asarray(registry(count, seed))]))
    return pack_of(name, out.getvalue())


@dataclass
class NothingKept:
    """A kiosk's book that says what a test wants."""

    times: int = 0
    bad: int = 0

    async def asked(self, _claim: Claim, _day: date) -> int:
        return self.times

    async def wrong(self, _since: datetime, _until: datetime, most: int) -> int:
        return min(self.bad, most)


@dataclass
class Shop:
    """Publishes into a folder, as `helpdesk packs` does."""

    folder: Path
    signer: Ed25519Signer = SIGNER

    def publish(
        self,
        *packs: Pack,
        version: int = 1,
        issued_at: datetime = NOW,
        lifetime: timedelta = timedelta(hours=36),
        as_of: datetime | None = None,
    ) -> Manifest:
        self.folder.mkdir(exist_ok=True, parents=True)
        for pack in packs:
            path = self.folder / pack.file.name
            path.write_bytes(pack.data)
            path.with_name(path.name + CHUNKS_SUFFIX).write_bytes(
                pack_manifest.chunk_hashes(pack.data)
            )
        manifest = Manifest(
            version=version,
            issued_at=issued_at,
            expires=issued_at + lifetime,
            as_of=as_of or max((pack.file.as_of for pack in packs), default=issued_at),
            files=tuple(pack.file for pack in packs),
        )
        (self.folder / MANIFEST_FILE).write_bytes(pack_manifest.sign(self.signer, manifest))
        return manifest

    @property
    def source(self) -> FolderSource:
        return FolderSource(self.folder)


@dataclass
class CutSource:
    """A source that breaks off at each `allowed`-th call; `asked` are the chunks it gave."""

    inner: PackSource
    allowed: int
    fault: Callable[[], Exception]
    asked: list[tuple[str, int]] = field(default_factory=list)
    left: int = 0
    heard: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.left = self.allowed

    def again(self) -> CutSource:
        return replace(self, left=self.allowed)

    async def manifest(self) -> bytes | None:
        return await self.inner.manifest()

    async def chunk_list(self, file: PackFile) -> bytes:
        return await self.inner.chunk_list(file)

    async def chunk(self, file: PackFile, number: int) -> bytes:
        if self.left == 0:
            raise self.fault()
        self.heard()
        self.left -= 1
        self.asked.append((file.pack, number))
        return await self.inner.chunk(file, number)


def store_at(folder: Path, trust: PackTrust | None = TRUST, reserve: int = 0) -> PackStore:
    return PackStore(PackFolder(folder, reserve), lambda: trust)
