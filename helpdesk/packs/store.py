"""Where the records of one pack wait: in memory, or in files by the first bits of their digest.

Both give the same sorted pieces, so that the pack has the same bytes either way. With files, one
piece is in memory at a time: 10^9 invoices in 256 pieces are 84 MB each.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from helpdesk.packs.records import RECORD, Records, distinct, in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_PARTITION_BITS: Final = 12
_BLOCK: Final = 1 << 17


class Store(Protocol):
    """Distinct records of a pack, sorted once and read as often as need be."""

    @property
    def shared(self) -> Records:
        """The records that share their `h` with another, sorted."""
        ...

    def pieces(self) -> Iterator[Records]:
        """All other records, ascending from piece to piece."""
        ...


class MemoryStore:
    """All records in memory."""

    def __init__(self, chunks: Iterable[Records]) -> None:
        found = distinct(in_order(_joined(chunks)))
        self.alone = found.alone
        self.shared = found.shared

    def pieces(self) -> Iterator[Records]:
        """The one piece."""
        yield self.alone


class FileStore:
    """Records in 2^bits files under a folder of its own in `workspace`, gone when it is closed."""

    def __init__(self, chunks: Iterable[Records], workspace: Path, bits: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="pack-", dir=workspace)
        folder = Path(self._folder.name)
        self._paths = [folder / f"{part:04x}" for part in range(1 << bits)]
        shift = np.uint64(64 - bits) if bits else np.uint64(0)
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(path.open("wb")) for path in self._paths]
            for records in chunks:
                parts = records["h"] >> shift if bits else np.zeros(len(records), np.uint64)
                order = np.argsort(parts)
                edges = np.searchsorted(parts[order], np.arange(len(files) + 1, dtype=np.uint64))
                for part, file in enumerate(files):
                    file.write(records[order[edges[part] : edges[part + 1]]].tobytes())
        self.shared = _joined(self._sort(path) for path in self._paths)

    def _sort(self, path: Path) -> Records:
        """Sort one file in place; returns what it held of shared digests."""
        found = distinct(in_order(np.fromfile(path, RECORD)))
        found.alone.tofile(path)
        return found.shared

    def pieces(self) -> Iterator[Records]:
        """One file after the other."""
        for path in self._paths:
            yield np.fromfile(path, RECORD)

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()


class Spool:
    """Records put aside in order, in a temporary file that is memory while it is small."""

    def __init__(self, workspace: Path | None) -> None:
        largest = 1 << 30 if workspace is None else 1 << 24
        folder = None if workspace is None else str(workspace)
        self._file = tempfile.SpooledTemporaryFile(max_size=largest, dir=folder)  # noqa: SIM115
        self.count = 0

    def append(self, records: Records) -> None:
        """Put these behind the others."""
        self._file.write(records.tobytes())
        self.count += len(records)

    def pieces(self) -> Iterator[Records]:
        """All of them, in the order they came."""
        self._file.seek(0)
        while block := self._file.read(_BLOCK * RECORD.itemsize):
            yield np.frombuffer(block, RECORD)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _joined(chunks: Iterable[Records]) -> Records:
    return np.concatenate([np.empty(0, RECORD), *chunks])
