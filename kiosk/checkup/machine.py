"""Reading what the machine shows, without opening a file of the kiosk's or changing anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk.checkup.facts import Machine, PathFacts, Room
from kiosk.db.data_key import KEY
from kiosk.db.database import FILE as DATABASE
from kiosk.db.ownership import LOCK
from kiosk.identity.key_store import FOLDER as KEYS
from kiosk.trust.store import FILE as TRUST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kiosk.config import Config

LOG: Final = "kiosk.log"
_LOCKS: Final = "/proc/locks"
_FLOCK, _PID, _PLACE = 1, 4, 5
"""Words of a line there: `1: FLOCK ADVISORY WRITE <pid> <major>:<minor>:<inode> 0 EOF`."""


def look_at(config: Config) -> Machine:
    """What lies in the data folder and how much room there is. Blocks."""
    folder = _facts(config.data, secret=False) if config.data.is_dir() else None
    kept = tuple(facts for facts in _paths(config) if facts is not None)
    database, key = config.data / DATABASE, config.data / KEY
    access = config.access
    return Machine(
        folder=folder,
        paths=kept,
        room=_room(config.data),
        key_missing=_size(database) > 0 and not key.exists(),
        access_missing=access if access is not None and not access.exists() else None,
        account=os.geteuid(),
    )


def owner_of(data: Path) -> int | None:
    """The process that has the folder's lock, told by the kernel: asking takes no lock.

    None where nobody has it, or a container hides who.
    """
    try:
        inode = (data / LOCK).stat().st_ino
        with open(_LOCKS, encoding="ascii") as file:  # noqa: PTH123 - a kernel's list, no file
            lines = file.read().splitlines()
    except OSError:
        return None
    return next((pid for pid in _holders(lines, inode) if _has_open(pid, data / LOCK)), None)


def _holders(lines: list[str], inode: int) -> Iterator[int]:
    for line in lines:
        words = line.split()
        if len(words) <= _PLACE or words[_FLOCK] != "FLOCK":
            continue
        if words[_PLACE].rpartition(":")[2] == str(inode) and words[_PID].isdecimal():
            yield int(words[_PID])


def _has_open(pid: int, lock: Path) -> bool:
    """Whether a process has this very file open: another disk may use the same inode number.

    Another account's files cannot be seen: then the number must do.
    """
    try:
        opened = [*Path(f"/proc/{pid}/fd").iterdir()]
    except PermissionError:
        return True
    except OSError:
        return False
    return any(_same(link, lock) for link in opened)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # closed in between
        return False


def _paths(config: Config) -> Iterator[PathFacts | None]:
    data = config.data
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOG, LOCK):
        yield _facts(data / name, secret=False)
    for name in (KEY, TRUST):
        yield _facts(data / name, secret=True)
    for path in _listed(data / KEYS):
        yield _facts(path, secret=True)
    if config.access is not None:
        yield _facts(config.access, secret=True)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.key"))
    except OSError:
        return []


def _facts(path: Path, *, secret: bool) -> PathFacts | None:
    try:
        status = path.stat()
    except OSError:
        return None
    readable = os.access(path, os.R_OK)
    return PathFacts(path, status.st_mode & 0o777, status.st_uid, readable, secret)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _room(data: Path) -> Room | None:
    """Of the nearest folder that exists: the data folder is made at the first start."""
    for folder in (data, *data.absolute().parents):
        try:
            status = os.statvfs(folder)
        except OSError:
            continue
        return Room(
            free=status.f_bavail * status.f_frsize,
            total=status.f_blocks * status.f_frsize,
            files_free=status.f_favail,
            files_total=status.f_files,
            read_only=bool(status.f_flag & os.ST_RDONLY),
        )
    return None
