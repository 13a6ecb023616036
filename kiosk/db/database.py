"""Opening the data folder: the lock first, then the file, brought up to date, then the key."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiosk.db.checks import SqlCheckBook
from kiosk.db.migration import migrate, shipped
from kiosk.db.ownership import Ownership
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
    """The open data folder of one kiosk."""

    checks: SqlCheckBook
    slips: SqlLedger
    connection: SqliteConnection
    ownership: Ownership

    async def close(self) -> None:
        """Let go of everything, the lock last."""
        await self.connection.close()
        self.ownership.release()


async def open_database(
    folder: Path,
    control: Path,
    prefix: str,
    random: RandomBytes,
    settings: tuple[str, ...] = (),
) -> Database:
    """The kiosk's database, made on first use.

    Raises:
        StoreError: `store.owned` when another process has it, or why it cannot be used.
        KeyFileError: why the key cannot be used.
    """
    ownership = await asyncio.to_thread(Ownership, folder, control)
    connection = SqliteConnection(folder / FILE, settings)
    try:
        await connection.open()
        await migrate(connection, await asyncio.to_thread(shipped))
        used = await connection.fetch("SELECT 1 FROM checks LIMIT 1")
        key = await asyncio.to_thread(read_or_make, folder / KEY, random, may_make=not used)
        sealer = Sealer(key, random)
    except BaseException:
        await connection.close()
        ownership.release()
        raise
    return Database(
        SqlCheckBook(connection, sealer, prefix),
        SqlLedger(connection, sealer),
        connection,
        ownership,
    )
