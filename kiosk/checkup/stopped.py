"""A stopped kiosk's book, read without a trace."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from kiosk.checkup.pack_facts import packs_on_disk
from kiosk.checkup.reading import Book, enrolled, read
from kiosk.db.data_key import KEY
from kiosk.db.database import FILE
from kiosk.db.migration import shipped
from kiosk.db.port import StoreError
from kiosk.db.read_only import read_only
from kiosk.journal.boot import this_boot
from kiosk.journal.journal import Journal
from kiosk.journal.outbox import Outbox
from kiosk.journal.timekeeper import Timekeeper
from kiosk.key_file import KEY_BYTES, KeyFileError, read_private
from kiosk.packs.folder import PackFolder
from kiosk.sealing import Sealer
from kiosk.sync.state import SyncState

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.checkup.facts import Inside
    from kiosk.clock import Clock
    from kiosk.db.port import Connection

PACKS = "packs"


async def read_stopped(data: Path, clock: Clock) -> Inside | None:
    """All that is kept in a folder nobody has; None where there is no database yet.

    Raises:
        KioskError: `store.*`, `key.*`, `seal.broken`: why it cannot be read.
    """
    async with read_only(data / FILE) as connection:
        if connection is None:
            return None
        await _check_form(connection)
        book = await asyncio.to_thread(_book, data, connection, clock)
        form = await enrolled(book)
        packs = await asyncio.to_thread(packs_on_disk, PackFolder(data / PACKS), form)
        return await read(book, form, packs, None)


async def _check_form(connection: Connection) -> None:
    ((present,),) = await connection.fetch("PRAGMA user_version")
    latest = (await asyncio.to_thread(shipped))[-1].number
    if present > latest:
        raise StoreError("store.newer", {"found": str(present), "known": str(latest)})
    if present < latest:
        raise StoreError("store.older")


def _book(data: Path, connection: Connection, clock: Clock) -> Book:
    key = read_private(data / KEY)
    if len(key) != KEY_BYTES:
        raise KeyFileError("key.form", {"file": str(data / KEY)})
    boot = this_boot(secrets.token_bytes)
    sealer, keeper = Sealer(key, secrets.token_bytes), Timekeeper(clock, boot)
    journal = Journal(connection, sealer, keeper, secrets.token_bytes)
    outbox = Outbox(connection, sealer, journal)
    state = SyncState(connection, outbox, keeper, clock)
    return Book(data, connection, sealer, outbox, state, clock, boot.boot_id)
