"""Disks in memory under real SQLite: what is written, what is synced, and what is left of it.

A write is seen at once by everybody in the machine (the page cache), and is on the disk for sure
only once its file was synced. A process that dies loses nothing of the cache. A power cut keeps
what was synced, and of the rest whatever chance keeps: of each write none, all, or some of its
sectors, in any order. After an error of a sync the cache may say what the disk does not have,
and the next sync says nothing of it, as on Linux.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import apsw

SECTOR = 512
VFS = "simulated"

Image = dict[str, bytes]
"""The files of a disk."""


@dataclass
class File:
    """One file: as the machine sees it, as the disk has it, and the writes between the two."""

    cache: bytearray = field(default_factory=bytearray)
    durable: bytearray | None = None
    unsynced: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Places and data; without data the file was cut there."""

    def write(self, offset: int, data: bytes) -> None:
        self.unsynced.append((offset, data))
        _put(self.cache, offset, data)

    def cut(self, size: int) -> None:
        self.unsynced.append((size, None))
        del self.cache[size:]

    def sync(self) -> None:
        durable = bytearray() if self.durable is None else self.durable
        for offset, data in self.unsynced:
            _put(durable, offset, data)
        self.durable = durable
        self.unsynced.clear()

    def after_cut(self, chance: Random) -> bytes | None:
        """What a power cut leaves; None: not even its name."""
        if self.durable is None and chance.random() < 0.5:
            return None
        left = bytearray(self.durable or b"")
        for offset, data in self.unsynced:
            if data is None:
                if chance.random() < 0.5:
                    del left[offset:]
                continue
            for start in _sectors(data, chance):
                _put(left, offset + start, data[start : start + SECTOR])
        return bytes(left)


def _sectors(data: bytes, chance: Random) -> list[int]:
    """Where the sectors of a write begin that reached the disk."""
    starts = list(range(0, len(data), SECTOR))
    fate = chance.random()
    if fate < 0.45:
        return []
    if fate < 0.85:
        return starts
    return [start for start in starts if chance.random() < 0.5]


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Session:
    """One life of a process. What it does to its disk after its death has no effect."""

    def __init__(self, name: str, died: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.alive = True
        self.power_lost = False
        self.buried = False
        self.connections: list[apsw.Connection] = []
        self._died = died

    def die(self, *, power: bool = False) -> None:
        if self.alive:
            self.alive = False
            self.power_lost = power
            self._died()

    def bury(self) -> None:
        """Let go of what the dead process held; it says nothing of it any more."""
        self.buried = True
        for connection in self.connections:
            connection.close(True)
        self.connections.clear()


class Disk:
    """The disk of one machine, used by one process at a time."""

    def __init__(self, name: str, chance: Random, image: Image | None = None) -> None:
        self.name = name
        self.chance = chance
        self.files: dict[str, File] = {}
        self.session = Session(name)
        self.steps = 0
        self.full = False
        self._armed: dict[int, str] = {}
        self._load(image or {})
        DISKS[name] = self

    def image(self) -> Image:
        """All of it as the machine sees it now: for a copy of the disk."""
        return {name: bytes(file.cache) for name, file in self.files.items()}

    def restart(self, session: Session, image: Image | None = None) -> None:
        """A new process begins, after a power cut on what that left, or on another disk's image."""
        if image is not None:
            self._load(image)
        elif self.session.power_lost:
            left = {name: file.after_cut(self.chance) for name, file in self.files.items()}
            self._load({name: data for name, data in left.items() if data is not None})
        self._armed.clear()
        self.session = session

    def arm(self, fault: str, after: int) -> None:
        """At the step that comes so many steps from now: `kill`, `power`, `eio` or `full`."""
        self._armed[self.steps + 1 + after] = fault

    def heal(self) -> None:
        self._armed.clear()
        self.full = False

    def step(self, doing: str) -> str | None:
        """Before each durable step: which fault befalls it.

        Raises:
            apsw.IOError: the process is dead.
        """
        if not self.session.alive:
            raise apsw.IOError(doing)
        self.steps += 1
        return self._armed.pop(self.steps, None)

    def _load(self, image: Image) -> None:
        self.files = {name: File(bytearray(data), bytearray(data)) for name, data in image.items()}


DISKS: dict[str, Disk] = {}
"""The disks of the present run, by the first part of a path."""


class Handle:
    """An open file, as SQLite uses it."""

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk = disk
        self._session = disk.session
        self._file = disk.files.setdefault(name, File())

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        return bytes(self._file.cache[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._session.buried:
            return
        fault = self._step("write")
        data = bytes(data)
        if fault in {"kill", "power"}:
            # Dying in the middle of a write leaves the front of it.
            self._file.write(offset, data[: self._disk.chance.randrange(len(data) + 1)])
            self._session.die(power=fault == "power")
            raise apsw.IOError(fault)
        if fault == "eio":
            raise apsw.IOError(fault)
        if fault == "full":
            self._disk.full = True
        if self._disk.full and offset + len(data) > len(self._file.cache):
            raise apsw.FullError
        self._file.write(offset, data)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._session.buried:
            return
        self._dying(self._step("truncate"))
        self._file.cut(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        if self._session.buried:
            return
        fault = self._step("sync")
        if fault == "eio":
            self._fail_sync()
        self._dying(fault)
        self._file.sync()

    def _fail_sync(self) -> None:
        """The pages count as written from now on, though some are not."""
        chance = self._disk.chance
        lost = self._file.unsynced
        self._file.unsynced = [write for write in lost if chance.random() < 0.3]
        if self._file.durable is None:
            self._file.durable = bytearray()
        for offset, data in self._file.unsynced:
            _put(self._file.durable, offset, data)
        self._file.unsynced = []
        raise apsw.IOError("sync")

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.cache)

    def xLock(self, level: int) -> None:  # noqa: N802
        """One process has the disk."""

    def xUnlock(self, level: int) -> None:  # noqa: N802
        """The same."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, ptr: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xClose(self) -> None:  # noqa: N802
        """Nothing is done by closing."""

    def _step(self, doing: str) -> str | None:
        if not self._session.alive or self._disk.session is not self._session:
            raise apsw.IOError(doing)
        return self._disk.step(doing)

    def _dying(self, fault: str | None) -> None:
        if fault in {"kill", "power"}:
            self._session.die(power=fault == "power")
            raise apsw.IOError(fault)


class MemoryVfs(apsw.VFS):
    """Leads SQLite to the disks of the run: `<disk>/<file>`."""

    def __init__(self) -> None:
        super().__init__(VFS, "")

    def xOpen(self, name: object, flags: list[int]) -> Handle:  # type: ignore[override]  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        disk, _, file = path.partition("/")
        return Handle(DISKS[disk], file)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        disk, _, file = filename.partition("/")
        found = DISKS[disk]
        if found.session.buried:
            return
        if fault := found.step("delete"):
            found.session.die(power=fault == "power")
            raise apsw.IOError(fault)
        found.files.pop(file, None)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        disk, _, file = pathname.partition("/")
        return file in DISKS[disk].files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


_VFS: list[MemoryVfs] = []


def mount() -> None:
    """Make the disks known to SQLite, once a process."""
    if not _VFS:
        _VFS.append(MemoryVfs())
