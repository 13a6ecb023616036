"""Opening the database: the file, brought up to date, then the key that opens its rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.wire.journal_kinds import KINDS, Kinds
from kiosk.db.checks import SqlCheckBook
from kiosk.db.data_key import KEY, finish_replacement
from kiosk.db.migration import migrate, shipped
from kiosk.db.port import StoreError
from kiosk.db.slips import SqlLedger
from kiosk.db.sqlite import SqliteConnection
from kiosk.journal.boot import this_boot
from kiosk.journal.journal import Journal
from kiosk.journal.outbox import Outbox
from kiosk.journal.timekeeper import Timekeeper
from kiosk.key_file import read_or_make
from kiosk.policy import Policy
from kiosk.sealing import Sealer

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.clock import Clock
    from kiosk.db.port import Connection
    from kiosk.ids import RandomBytes

FILE = "kiosk.db"

_USED = "SELECT 1 FROM checks UNION ALL SELECT 1 FROM journals LIMIT 1"


@dataclass(frozen=True, slots=True)
class Database:
    """The open database of one kiosk."""

    connection: Connection
    sealer: Sealer
    timekeeper: Timekeeper
    journal: Journal
    outbox: Outbox
    checks: SqlCheckBook
    slips: SqlLedger

    async def close(self) -> None:
        """Let go of the file; the lock is the caller's."""
        await self.connection.close()


async def open_database(
    folder: Path,
    prefix: str,
    random: RandomBytes,
    clock: Clock,
    settings: tuple[str, ...] = (),
    policy: Policy | None = None,
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
        await finish_replacement(connection, folder, random)
        used = await connection.fetch(
            "SELECT 1 FROM checks UNION ALL SELECT 1 FROM journals LIMIT 1"
        )
        key = await asyncio.to_thread(read_or_make, folder / KEY, random, may_make=not used)
        boot = await asyncio.to_thread(this_boot, random)
        keeper = Timekeeper(clock, boot, policy)
        return await furnish(connection, Sealer(key, random), keeper, random, prefix, policy)
    except BaseException:
        await connection.close()
        raise


async def furnish(
    connection: Connection,
    sealer: Sealer,
    timekeeper: Timekeeper,
    random: RandomBytes,
    prefix: str,
    policy: Policy | None = None,
    kinds: Kinds = KINDS,
) -> Database:
    """Everything that lives in a migrated database, over any connection.

    Raises:
        StoreError: the database cannot be written.
    """
    await timekeeper.open(connection)
    journal = Journal(connection, sealer, timekeeper, random, kinds, policy)
    await journal.open()
    checks = SqlCheckBook(connection, sealer, journal, prefix, policy)
    await checks.journal_the_past()
    outbox = Outbox(connection, sealer, journal, policy)
    slips = SqlLedger(connection, sealer)
    return Database(connection, sealer, timekeeper, journal, outbox, checks, slips)


def _make_private(path: Path) -> None:
    """The file for its owner alone, also in a folder that others may enter."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError("store.unusable", {"reason": str(error.strerror)}) from error
