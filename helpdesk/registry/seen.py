"""What a file has told so far, kept out of memory: a check of a million rows stays small."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from os import urandom
from typing import TYPE_CHECKING

from helpdesk.registry import sealed_form
from helpdesk.registry.columns import Entry
from helpdesk.registry.errors import RowError
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE = "CREATE TABLE seen (identity TEXT PRIMARY KEY, face BLOB, state TEXT) WITHOUT ROWID"
_FIND = "SELECT face, state FROM seen WHERE identity = ?"
_PUT = "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)"


class Seen:
    """Finds rows of one file that contradict each other.

    SQLite's private file on the disk, which nobody else can open, holds keyed digests only.
    For threads, one at a time; `close` it whatever happens.
    """

    def __init__(self) -> None:
        self._key = urandom(32)
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(_TABLE)

    def close(self) -> None:
        """Forget all of it."""
        self._connection.close()

    def clashes(self, told: Sequence[tuple[int, str, Entry]]) -> list[tuple[int, RowError]]:
        """Take line, identity and entry of further rows; those that contradict earlier ones."""
        self._connection.execute("BEGIN")
        errors = [
            (line, error)
            for line, identity, entry in told
            if (error := self._clash(identity, entry)) is not None
        ]
        self._connection.execute("COMMIT")
        return errors

    def _clash(self, identity: str, entry: Entry) -> RowError | None:
        normal = Entry(entry.face, State.NORMAL)
        face = blake2b(sealed_form.encode(normal), key=self._key, digest_size=16).digest()
        earlier = self._connection.execute(_FIND, (identity,)).fetchone()
        if earlier is not None and earlier[0] != face:
            return RowError("invoice.changed")
        if earlier is not None and not State(earlier[1]).may_become(entry.state):
            return RowError("invoice.state_back")
        self._connection.execute(_PUT, (identity, face, entry.state.value))
        return None
