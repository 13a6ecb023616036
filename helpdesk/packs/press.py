"""Makes one pack file out of sealed rows: opens, digests, builds, and reads the result once."""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import numpy as np

from helpdesk.packs.digests import digest_rows
from helpdesk.packs.errors import PacksError
from helpdesk.packs.job import Made
from helpdesk.packs.keys import PackKeys
from helpdesk.packs.overlays import build_overlay
from helpdesk.packs.records import RECORD
from helpdesk.packs.segments import build_segment
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.store import MOST_PARTITION_BITS, FileStore, MemoryStore
from helpdesk.registry import sealed_form
from helpdesk.registry.errors import RegistryError
from helpdesk.registry.store import TABLE
from helpdesk.security import KeyRing, SealError
from helpdesk.wire.pack_manifest import CHUNK, CHUNKS_SUFFIX
from invoices import canonical
from invoices.errors import CanonicalError
from invoices.pack import Overlay, PackError, Segment
from invoices.pack.finding import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.config import PacksSection
    from helpdesk.packs.digests import Row
    from helpdesk.packs.job import Job
    from helpdesk.packs.records import Records
    from helpdesk.packs.store import Store
    from helpdesk.security import Sealer

IN_MEMORY: Final = 2_000_000
"""Records that wait in memory (42 MB); more go to files of about half as many."""

_BATCH: Final = 1 << 14
_CODES: Final = {state: code for code, state in enumerate(STATES)}


class Press:
    """Builds files with the keys and dials of one installation."""

    def __init__(self, keys: PackKeys, sealer: Sealer, section: PacksSection) -> None:
        self._keys = keys
        self._sealer = sealer
        self._section = section
        self._unreadable = 0

    @classmethod
    def open(cls, keys: Path, section: PacksSection) -> Self:
        """A press with the key ring in a folder. Raises `KeyRingError`."""
        ring = KeyRing.open(keys)
        return cls(PackKeys(ring, section), ring.sealer(TABLE), section)

    def make(self, job: Job, rows: Iterator[list[Any]]) -> Made:
        """Build the file of a job, with its chunks' hashes beside it; both are on the disk.

        Raises:
            PacksError: see its codes; nothing of the file is left.
        """
        out = Path(job.out)
        try:
            return self._make(job, rows, out)
        except OSError as error:
            code = "packs.full" if error.errno == errno.ENOSPC else "packs.folder"
            raise PacksError(code, path=str(out.parent)) from error
        finally:
            self._unreadable = 0

    def _make(self, job: Job, rows: Iterator[list[Any]], out: Path) -> Made:
        since = _moment(job.since) if job.overlay else None
        settings = PackSettings(
            job.pack,
            self._keys.digester(job.region),
            Moments(_moment(job.issued_at), _moment(job.as_of), since),
            self._section.label,
            self._section.body,
            extract_key=self._keys.extract,
        )
        records = self._records(rows, settings)
        try:
            with out.open("w+b") as file:
                count = _write(file, job, settings, records)
                made = self._finish(file, job, out, count)
        except BaseException:
            for path in (out, _chunks_of(out)):
                path.unlink(missing_ok=True)
            raise
        return made

    def _records(self, rows: Iterator[list[Any]], settings: PackSettings) -> Iterator[Records]:
        digester = settings.digester
        opened = (row for row in map(self._opened, rows) if row is not None)
        while batch := list(islice(opened, _BATCH)):
            yield digest_rows(batch, digester.key, digester.prf, digester.rounds)

    def _opened(self, row: list[Any]) -> Row | None:
        """A row's canonical bytes; None for one that cannot be opened, which is counted."""
        place, state, sealed = row
        try:
            entry = sealed_form.decode(self._sealer.open(place, sealed))
            face = entry.face
            if entry.state.value == state:
                return (
                    canonical.identity(face.code, face.number),
                    canonical.body_of_face(face),
                    _CODES[entry.state],
                )
        except (SealError, RegistryError, CanonicalError):
            pass  # counted below, as one whose clear columns were tampered with
        self._unreadable += 1
        return None

    def _finish(self, file: BinaryIO, job: Job, out: Path, count: int) -> Made:
        """Hash what was written, and open it as a kiosk would."""
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        whole, hashes, length = hashlib.sha256(), bytearray(), 0
        while chunk := file.read(CHUNK):
            whole.update(chunk)
            hashes += hashlib.sha256(chunk).digest()
            length += len(chunk)
        with _chunks_of(out).open("wb") as beside:
            beside.write(hashes)
            beside.flush()
            os.fsync(beside.fileno())
        self._open_once(file, job)
        digest, chunks = whole.hexdigest(), hashlib.sha256(hashes).hexdigest()
        return Made(length, digest, chunks, count, self._unreadable)

    def _open_once(self, file: BinaryIO, job: Job) -> None:
        # Unmapped when nothing looks into it any more.
        view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        try:
            (Overlay if job.overlay else Segment).open(view, [self._keys.key(job.region)])
        except PackError as error:
            raise PacksError("packs.unusable", reason=error.code) from error


def _write(file: BinaryIO, job: Job, settings: PackSettings, records: Iterator[Records]) -> int:
    workspace = Path(job.workspace)
    if job.overlay:
        changes = np.concatenate([np.empty(0, RECORD), *records])
        return build_overlay(file, settings, changes).count
    with ExitStack() as stack:
        store = _store(job, records, workspace, stack)
        return build_segment(file, settings, store, workspace=workspace).count


def _store(job: Job, records: Iterator[Records], workspace: Path, stack: ExitStack) -> Store:
    if job.rows <= IN_MEMORY:
        return MemoryStore(records)
    bits = min(MOST_PARTITION_BITS, (2 * job.rows // IN_MEMORY).bit_length())
    store = FileStore(records, workspace, bits)
    stack.callback(store.close)
    return store


def _chunks_of(path: Path) -> Path:
    return path.with_name(path.name + CHUNKS_SUFFIX)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
