"""Opening the database: the file, brought up to date, then the key that opens its rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.db.checks import SqlCheckBook
from kiosk.db.migration import migrate, shipped
from kiosk.db.port import StoreError
from kiosk.db.slips import SqlLedger
from kiosk.db.sqlite import SqliteConnection
from kiosk.key_file import read_or_make
from kiosk.sealing import Sealer

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.ids import RandomBytes

FILE = "kiosk.db"
KEY = "kiosk.key"


@dataclass(frozen=True, slots=True)
class Database:
    """The open database of one kiosk."""

    checks: SqlCheckBook
    slips: SqlLedger
    connection: SqliteConnection

    async def close(self) -> None:
        """Let go of the file; the lock is the caller's."""
        await self.connection.close()


async def open_database(
    folder: Path, prefix: str, random: RandomBytes, settings: tuple[str, ...] = ()
) -> Database:
    """The kiosk's database, made on first use; the caller holds the folder's `Ownership`.

    Raises:
        StoreError: why it cannot be used.
        KeyFileError: why the key cannot be used.
    """
    connection = SqliteConnection(folder / FILE, settings)
    try:
        await asyncio.to_thread(_make_private, folder / FILE)
        await connection.open()
        await migrate(connection, await asyncio.to_thread(shipped))
        used = await connection.fetch("SELECT 1 FROM checks LIMIT 1")
        key = await asyncio.to_thread(read_or_make, folder / KEY, random, may_make=not used)
        sealer = Sealer(key, random)
    except BaseException:
        await connection.close()
        raise
    book = SqlCheckBook(connection, sealer, prefix)
    return Database(book, SqlLedger(connection, sealer), connection)


def _make_private(path: Path) -> None:
    """The file for its owner alone, also in a folder that others may enter."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError("store.unusable", {"reason": str(error.strerror)}) from error
