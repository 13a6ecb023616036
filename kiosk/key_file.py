"""The kiosk's own key: 32 bytes in a file that only its owner can read."""

from __future__ import annotations

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
    """The content of a file nobody but its owner can read.

    Raises:
        KeyFileError: `key.missing` or `key.exposed`.
    """
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & OTHERS:
                raise KeyFileError("key.exposed", {"file": str(path)})
            return file.read()
    except OSError as error:
        raise KeyFileError("key.missing", {"file": str(path)}) from error


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
