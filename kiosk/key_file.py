"""The kiosk's own key: 32 bytes in a file that only its owner can read."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.ids import RandomBytes

KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(KioskError):
    """A key or secret that cannot be used: the code says why, `file` names it."""


def read_or_make(path: Path, random: RandomBytes, *, may_make: bool) -> bytes:
    """The key, made on first use; `may_make` is false where data sealed with it exist.

    Raises:
        KeyFileError: `key.missing`, `key.exposed` (others can read it), `key.form`;
            `key.unwritable` where it cannot be made.
    """
    if may_make and not path.exists():
        try:
            write_private(path, random(KEY_BYTES))
        except OSError as error:
            raise KeyFileError("key.unwritable", {"file": str(path)}) from error
    key = read_private(path)
    if len(key) != KEY_BYTES:
        raise KeyFileError("key.form", {"file": str(path)})
    return key


def read_private(path: Path) -> bytes:
    """The content of a file nobody but its owner can read, or put another one in its place.

    Raises:
        KeyFileError: `key.missing`; `key.exposed`, others can read it; `key.link`, a link;
            `key.owner`, another account's; `key.folder`, others can write to its folder.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        code = "key.link" if error.errno == errno.ELOOP else "key.missing"
        raise KeyFileError(code, {"file": str(path)}) from error
    with os.fdopen(descriptor, "rb") as file:
        if exposure := _exposure(os.fstat(descriptor), path.parent.stat()):
            raise KeyFileError(exposure, {"file": str(path)})
        return file.read()


def _exposure(file: os.stat_result, folder: os.stat_result) -> str | None:
    """How others could come by a key, or plant one; None where they cannot."""
    ours = os.geteuid()
    # The administrator's commands read what is the kiosk's account's, like its folder.
    trusted = {ours, 0} | ({folder.st_uid} if ours == 0 else set())
    open_to_all = folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if file.st_mode & OTHERS:
        return "key.exposed"
    if file.st_uid not in trusted:
        return "key.owner"
    if open_to_all and not folder.st_mode & stat.S_ISVTX:
        return "key.folder"
    return None


def destroy(path: Path) -> None:
    """Overwrite a key and remove its file, as far as the disk does what it is told.

    Raises:
        KeyFileError: `key.undestroyed`.
    """
    try:
        with path.open("r+b") as file:
            file.write(bytes(os.fstat(file.fileno()).st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        raise KeyFileError("key.undestroyed", {"file": str(path)}) from error


def write_private(path: Path, key: bytes) -> None:
    """Whole or not at all, on the disk before this returns. Raises `OSError`."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(descriptor)
    draft.rename(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make names in a folder last through a power cut. Raises `OSError`."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
