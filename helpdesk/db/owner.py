"""One process owns a SQLite file: an advisory lock on a file beside it, freed by the kernel."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from helpdesk.db.errors import DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Ownership"]


class Ownership:
    """Holds ``<file>.lock`` while the process uses the database.

    Two writers on one file can corrupt it (SQLite before 3.51.3) and would share number
    sequences; a lock that dies with its process needs no cleaning up after a crash.
    """

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock at once or fail.

        Raises:
            DatabaseError: ``db.owned`` when another process has it, ``db.path`` when the
                folder cannot be written.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseError("db.path", path=str(self._path)) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise DatabaseError("db.owned", path=str(self._path)) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would let two owners in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
