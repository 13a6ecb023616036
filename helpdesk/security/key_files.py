"""Secret files: made with mode 0600 and whole, refused when others could read them."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from helpdesk.security.errors import KeyRingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "check_folder",
    "locked",
    "make_folder",
    "move_secret",
    "read_secret",
    "replace_secret",
    "write_secret",
]

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LARGEST = 1 << 20


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter.

    Raises:
        KeyRingError: ``keys.folder`` when it cannot be made or is open to others.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        raise KeyRingError("keys.folder", path=str(folder)) from error
    if mode & stat.S_IWOTH or mode & stat.S_IWGRP:
        raise KeyRingError("keys.folder", path=str(folder))


def check_folder(folder: Path) -> None:
    """That nobody else can put keys into a folder, or read one that is there.

    Raises:
        KeyRingError: ``keys.missing``; ``keys.folder`` for a folder that others may write to;
            ``keys.owner`` for another account's; ``keys.mode`` for a file in it that others may
            touch (public halves, ``*.pub``, may be read).
    """
    try:
        found = folder.stat()
        files = {path: path.lstat() for path in folder.iterdir()}
    except OSError as error:
        raise KeyRingError("keys.missing", path=str(folder)) from error
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise KeyRingError("keys.folder", path=str(folder))
    _check_owner(folder, found.st_uid, found.st_uid)
    for path, status in files.items():
        secret = stat.S_ISREG(status.st_mode) and path.suffix != ".pub"
        if secret and status.st_mode & _OTHERS:
            raise KeyRingError("keys.mode", path=str(path))


def _check_owner(path: Path, owner: int, folder_owner: int) -> None:
    """A key is ours or the administrator's; to the administrator, also the folder's owner's."""
    ours = os.geteuid()
    trusted = {ours, 0} | ({folder_owner} if ours == 0 else set())
    if owner not in trusted:
        raise KeyRingError("keys.owner", path=str(path))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time change a folder; the kernel frees it after a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def move_secret(path: Path, target: Path) -> None:
    """Put a finished secret file where it is used, safely on the disk.

    Raises:
        KeyRingError: ``keys.exist`` when there is one already.
    """
    if target.exists():
        raise KeyRingError("keys.exist", path=str(target))
    path.rename(target)
    _sync_folder(target.parent)


def write_secret(path: Path, content: bytes) -> None:
    """Write a new secret file, mode 0600, safely on the disk.

    Raises:
        KeyRingError: ``keys.exist`` when there is one already, ``keys.folder`` otherwise.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise KeyRingError("keys.exist", path=str(path)) from error
    except OSError as error:
        raise KeyRingError("keys.folder", path=str(path)) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def replace_secret(path: Path, content: bytes) -> None:
    """Put new content in place of a secret file: a reader sees the old or the new, whole."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    write_secret(fresh, content)
    fresh.replace(path)
    _sync_folder(path.parent)


def read_secret(path: Path) -> bytes:
    """Read a secret file.

    Raises:
        KeyRingError: ``keys.missing`` (also for a link); ``keys.mode`` when group or world may
            touch it; ``keys.owner`` when it is another account's.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise KeyRingError("keys.missing", path=str(path)) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if status.st_mode & _OTHERS:
            raise KeyRingError("keys.mode", path=str(path))
        _check_owner(path, status.st_uid, path.parent.stat().st_uid)
        return file.read(_LARGEST)


def _sync_folder(folder: Path) -> None:
    """Make names in a folder last through a power cut: rows sealed since need the new key."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
