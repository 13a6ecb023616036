"""One process owns a SQLite file: an advisory lock on a file beside it, freed by the kernel."""

from __future__ import annotations

import fcntl
import os
import pwd
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from helpdesk.db.errors import DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Ownership"]

_OWN = 0o600
_FILES = ("", "-wal", "-shm", ".lock")


class Ownership:
    """Holds ``<file>.lock`` while the process uses the database.

    Two writers on one file can corrupt it (SQLite before 3.51.3) and would share number
    sequences; a lock that dies with its process needs no cleaning up after a crash.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(database.name + ".lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock at once or fail.

        Raises:
            DatabaseError: ``db.owned`` when another process has it, ``db.foreign`` when the
                folder is another account's (what this one, root included, made in it, the
                server could not open), ``db.path`` when it cannot be written.
        """
        self._refuse_foreign()
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
        self._close_to_others()

    def _close_to_others(self) -> None:
        """Let nobody else read the database: who was checked when is in it in the clear.

        SQLite gives its log and its index the mode of the file, so that one is made first.
        """
        with suppress(OSError):
            os.close(os.open(self._database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWN))
        for end in _FILES:
            file = self._database.with_name(self._database.name + end)
            # A file of another account: SQLite will tell that it cannot be opened.
            with suppress(OSError):
                file.chmod(_OWN)

    def _refuse_foreign(self) -> None:
        folder = self._path.parent
        try:
            owner = folder.stat().st_uid
        except OSError:
            return  # not there: opening the lock tells it
        if owner != os.geteuid() and self._is_private(folder):
            raise DatabaseError(
                "db.foreign",
                path=str(folder),
                owner=_name_of(owner),
                account=_name_of(os.geteuid()),
            )

    @staticmethod
    def _is_private(folder: Path) -> bool:
        """A folder that all may write, as ``/tmp``, is nobody's in particular."""
        return not folder.stat().st_mode & stat.S_IWOTH

    def release(self) -> None:
        """Give the lock back; the file stays, since removing it would let two owners in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _name_of(account: int) -> str:
    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return f"#{account}"  # as sudo -u takes it
