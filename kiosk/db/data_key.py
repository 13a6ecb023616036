"""Another key for the database of a kiosk that was fenced and has said all it had to say.

What the server has was erased by then (`retention`); all that the old key sealed stays shut for
ever, in whatever page or block of the disk a copy of it is left. The new key opens what is left:
that this kiosk was fenced, without which it would count records anew under its old prefix, and
what it has kept since, which the server hears of if it is enrolled again.

The new key's file is there before the database needs it, and takes the old one's place after it
does: whatever moment the power goes, one of the two opens what is there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from kiosk.db.port import StoreError
from kiosk.key_file import KEY_BYTES, destroy, read_private, sync_folder, write_private
from kiosk.sealing import Sealer, SealError

if TYPE_CHECKING:
    from pathlib import Path

    from kiosk.db.port import Connection, Transaction
    from kiosk.ids import RandomBytes

KEY: Final = "kiosk.key"
NEXT: Final = "kiosk-next.key"

_IDENTITY: Final = "identity"
_IDENTITIES: Final = "SELECT role, sealed, role FROM identity"
_LEFT: Final = (
    (_IDENTITY, _IDENTITIES, "UPDATE identity SET sealed = ? WHERE role = ?"),
    (
        "checks",
        "SELECT op_id, payload, op_id FROM checks WHERE payload <> x''",
        "UPDATE checks SET payload = ? WHERE op_id = ?",
    ),
    (
        "journal_entries",
        "SELECT journal || '/' || seq, sealed, rowid FROM journal_entries WHERE sealed IS NOT NULL",
        "UPDATE journal_entries SET sealed = ? WHERE rowid = ?",
    ),
)
"""Table, its rows (what a seal is bound to, the seal, the row) and how a row gets another seal."""
_DROPPED: Final = (
    "DELETE FROM slips",
    "DELETE FROM replica",
    "DELETE FROM replica_next",
    "UPDATE sync_state SET cursor = '', next_cursor = NULL",
)
"""What is not needed any more, or fetched anew."""
_EMPTY_LOG: Final = "PRAGMA wal_checkpoint(TRUNCATE)"


class DataKey:
    """The key file of one open database; `sealer` is the one that all of it uses."""

    def __init__(
        self, connection: Connection, sealer: Sealer, folder: Path, random: RandomBytes
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._folder = folder
        self._random = random

    async def replace(self) -> None:
        """Seal what is left with a new key, and destroy the old one.

        Raises:
            StoreError: the disk fails; the old key goes on.
            KeyFileError: the old key could not be destroyed; the next start does it.
        """
        old = await asyncio.to_thread(read_private, self._folder / KEY)
        new = self._random(KEY_BYTES)
        try:
            await asyncio.to_thread(write_private, self._folder / NEXT, new)
        except OSError as error:
            raise StoreError("store.not_saved", {"reason": str(error.strerror)}) from error
        try:
            async with self._connection.transaction() as tx:
                for table, rows, change in _LEFT:
                    await self._seal_again(tx, Sealer(new, self._random), table, rows, change)
                for statement in _DROPPED:
                    await tx.execute(statement)
                # Inside: nobody seals with the old key what commits after this.
                self._sealer.rekey(new)
        except BaseException:
            self._sealer.rekey(old)
            raise
        await self._connection.fetch(_EMPTY_LOG)
        await asyncio.to_thread(_take_place, self._folder)

    async def _seal_again(
        self, tx: Transaction, sealer: Sealer, table: str, rows: str, change: str
    ) -> None:
        for place, sealed, row in await tx.fetch(rows):
            try:
                plain = self._sealer.open(table, place, sealed)
            except SealError:
                continue  # damaged: it did not open before either
            await tx.execute(change, sealer.seal(table, place, plain), row)


async def finish_replacement(connection: Connection, folder: Path, random: RandomBytes) -> None:
    """Bring a replacement to its end that the power cut off. Before the key is read.

    Raises:
        StoreError, KeyFileError: as `DataKey.replace`.
    """
    following = folder / NEXT
    if not await asyncio.to_thread(following.exists):
        return
    sealer = Sealer(await asyncio.to_thread(read_private, following), random)
    rows = await connection.fetch(_IDENTITIES)
    if rows and all(_opens(sealer, role, sealed) for role, sealed, _ in rows):
        await asyncio.to_thread(_take_place, folder)
    else:
        await asyncio.to_thread(destroy, following)


def _opens(sealer: Sealer, role: str, sealed: bytes) -> bool:
    try:
        sealer.open(_IDENTITY, role, sealed)
    except SealError:
        return False
    return True


def _take_place(folder: Path) -> None:
    """The next key becomes the key; what was in the old one's file is overwritten first."""
    if (folder / KEY).exists():
        destroy(folder / KEY)
    try:
        (folder / NEXT).rename(folder / KEY)
        sync_folder(folder)
    except OSError as error:
        raise StoreError("store.not_saved", {"reason": str(error.strerror)}) from error
