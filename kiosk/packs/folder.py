"""The packs on the kiosk's disk. Every call blocks: outside the event loop, in a thread.

`active` is the signed list in use, `wanted` a newer one whose files are on their way. `files/`
holds whole packs under the names of the list; one on its way is `NAME.part`, with `NAME.chunks`
(its chunks' hashes) and `NAME.map` (which of them are there, a bit each).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from helpdesk.wire.pack_manifest import CHUNK, CHUNKS_SUFFIX
from kiosk.packs.errors import PacksError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from helpdesk.wire.pack_manifest import PackFile

RESERVE: Final = 64 << 20
"""Bytes that packs leave free: what visitors are told must still find room in the journal."""

ACTIVE: Final = "active"
WANTED: Final = "wanted"
_STEP: Final = 1 << 20


class PackFolder:
    """The folder of one kiosk. Each call raises `PacksError` `pack.full` or `pack.disk`."""

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self._folder = folder
        self._files = folder / "files"
        self._reserve = reserve

    def prepare(self) -> None:
        """Make the folders."""
        with _told():
            self._files.mkdir(mode=0o700, parents=True, exist_ok=True)

    def list_of(self, which: str) -> bytes | None:
        """The signed list `ACTIVE` or `WANTED`; None where there is none."""
        with _told():
            try:
                return (self._folder / which).read_bytes()
            except FileNotFoundError:
                return None

    def want(self, signed: bytes) -> None:
        """Keep a list that was proved: from now on no older one is taken."""
        with _told():
            draft = self._folder / f"{WANTED}.new"
            with draft.open("wb") as file:
                file.write(signed)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / WANTED)
            _sync(self._folder)

    def activate(self) -> None:
        """Let the wanted list be the one in use: one rename."""
        with _told():
            (self._folder / WANTED).replace(self._folder / ACTIVE)
            _sync(self._folder)

    def path(self, file: PackFile) -> Path:
        """Where the whole file is or will be."""
        return self._files / file.name

    def has(self, file: PackFile) -> bool:
        """Whether the whole file is there; its content is proved when it is opened."""
        try:
            return self.path(file).stat().st_size == file.length
        except OSError:
            return False

    def make_room(self, files: Iterable[PackFile]) -> None:
        """Raises `PacksError` `pack.full` where these would leave too little space."""
        with _told():
            needed = sum(file.length for file in files)
            if shutil.disk_usage(self._files).free < needed + self._reserve:
                raise PacksError("pack.full")

    def drop(self, file: PackFile) -> None:
        """Remove a file that turned out not to be what it should be."""
        with _told():
            self.path(file).unlink(missing_ok=True)

    def sweep(self, keep: Iterable[PackFile]) -> None:
        """Remove all files, also those on their way, but these."""
        names = {file.name for file in keep}
        with _told():
            for path in self._files.iterdir():
                if path.name.partition(".fpk")[0] + ".fpk" not in names:
                    path.unlink(missing_ok=True)

    def wipe(self) -> None:
        """Remove everything."""
        with _told():
            if self._folder.exists():
                shutil.rmtree(self._folder)

    def part(self, file: PackFile) -> Part:
        """The file on its way, as far as it came."""
        return Part(self.path(file), file)


class Part:
    """A file on its way: chunks in any order, each proved before it is written."""

    def __init__(self, path: Path, file: PackFile) -> None:
        self._path = path
        self._file = file
        self._part = path.with_name(f"{path.name}.part")
        self._map = path.with_name(f"{path.name}.map")
        self._list = path.with_name(f"{path.name}{CHUNKS_SUFFIX}")

    def list_of_chunks(self) -> bytes | None:
        """The chunks' hashes as they were kept; not proved."""
        with _told():
            try:
                return self._list.read_bytes()
            except FileNotFoundError:
                return None

    def keep_list(self, hashes: bytes) -> None:
        """Keep a list that was proved, for the next start."""
        with _told():
            self._list.write_bytes(hashes)

    def missing(self) -> list[int]:
        """The chunks that are not there yet."""
        with _told():
            try:
                marks = self._map.read_bytes()
                there = self._part.stat().st_size
            except FileNotFoundError:
                return list(range(self._file.chunk_count))
        return [
            number
            for number in range(self._file.chunk_count)
            if not _marked(marks, number) or there < self._end(number)
        ]

    def write(self, number: int, data: bytes) -> None:
        """Put a proved chunk in its place, then mark it."""
        with _told():
            _write_at(self._part, number * CHUNK, data)
            marks = bytearray(-(-self._file.chunk_count // 8))
            if self._map.exists():
                known = self._map.read_bytes()[: len(marks)]
                marks[: len(known)] = known
            marks[number >> 3] |= 1 << (number & 7)
            _write_at(self._map, 0, bytes(marks))

    def complete(self, hashes: tuple[bytes, ...]) -> bool:
        """Make it a whole file if all of it is right; else unmark the chunks that are not.

        The marks may be ahead of the data after a power cut, so nothing is taken on their word.
        """
        with _told(), self._part.open("r+b") as part:
            whole = hashlib.sha256()
            wrong: list[int] = []
            for number, wanted in enumerate(hashes):
                data = part.read(CHUNK)
                whole.update(data)
                if hashlib.sha256(data).digest() != wanted:
                    wrong.append(number)
            right = not wrong and whole.digest() == self._file.digest and not part.read(1)
            if right:
                os.fsync(part.fileno())
        with _told():
            if not right:
                self._unmark(wrong or range(self._file.chunk_count))
                return False
            self._part.replace(self._path)
            for left in (self._map, self._list):
                left.unlink(missing_ok=True)
            _sync(self._path.parent)
        return True

    def _unmark(self, numbers: Iterable[int]) -> None:
        marks = bytearray(self._map.read_bytes())
        for number in numbers:
            marks[number >> 3] &= ~(1 << (number & 7)) & 0xFF
        _write_at(self._map, 0, bytes(marks))
        os.truncate(self._part, min(self._part.stat().st_size, self._file.length))

    def _end(self, number: int) -> int:
        return min((number + 1) * CHUNK, self._file.length)


def _marked(marks: bytes, number: int) -> bool:
    at = number >> 3
    return at < len(marks) and bool(marks[at] >> (number & 7) & 1)


def _write_at(path: Path, at: int, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            written = os.pwrite(descriptor, rest, at)
            at, rest = at + written, rest[written:]
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    """A disk's refusal as ours."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise PacksError("pack.full" if full else "pack.disk") from error
