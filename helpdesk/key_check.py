"""Do these keys open this database? Asked before any answer is given from it.

Under another key ring every look-up finds nothing: a server would tell every visitor that their
invoice does not exist. So the first ring that works on a database leaves a check value there
(a constant, sealed and blindly indexed), and no other ring is let in. Who restores keys and
database from different backups meets this, not the visitors.

Each version of the data key leaves a check value too, before anything else is sealed by it: so
that every other process on this database notices a rotation, and takes the version up.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Final

from helpdesk.db.address import parse_address
from helpdesk.db.errors import DatabaseError
from helpdesk.db.peek import peek
from helpdesk.security import KeyRing, KeyRingError, SealError

if TYPE_CHECKING:
    from helpdesk.clock import Clock
    from helpdesk.config import Config
    from helpdesk.db import Database, Row

__all__ = ["check_keys", "check_keys_beside", "has_check_value", "keys_fit", "open_ring"]

OTHER: Final = "keys.other"
LOST: Final = "keys.lost"

_TABLE: Final = "key_check"
_NAME: Final = "ring"
_PLAIN: Final = b"yanpiao key check 1"
_UNKNOWN: Final = "?"
_INVOICES: Final = "registry_invoice"
_EXISTS: Final = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
    "postgres": "SELECT 1 FROM pg_tables WHERE tablename = $1"
    " AND schemaname = ANY (current_schemas(false))",
}
_READ: Final = "SELECT name, fingerprint, sealed, indexed FROM key_check"
_WRITE: Final = (
    "INSERT INTO key_check (name, fingerprint, sealed, indexed, written_at)"
    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING"
)
_AN_INVOICE: Final = "SELECT identity, sealed FROM registry_invoice WHERE version = 1 LIMIT 1"
"""One that was never changed: its seal is bound to the identity alone."""


async def check_keys(database: Database, ring: KeyRing, clock: Clock) -> None:
    """Let `ring` in if it is this database's; of a database that has none yet, it is from now on.

    Nothing is asked of a schema that is older than the check value: that one must be migrated.

    Raises:
        KeyRingError: `keys.other`.
        DatabaseError: The database could not be asked.
    """
    if not await database.read(_EXISTS[database.dialect], _TABLE):
        return
    rows = await database.read(_READ)
    for name in (_NAME, f"data {ring.current}"):
        if name not in {row[0] for row in rows}:
            if name == _NAME:
                await _opens_invoices(database, ring)
            await _write(database, ring, clock, name)
            # Another process may have been first.
            rows = await database.read(_READ)
    for row in rows:
        _require(row, ring)


async def keys_fit(database: Database, ring: KeyRing) -> bool:
    """Whether the check values of `database` are by `ring`; a database without any fits all.

    Versions that another process has rotated to are taken up from the ring's folder.
    """
    rows = await database.read(_READ)
    await ring.take_up(row[2] for row in rows)
    return all(_fits(row, ring) for row in rows)


async def check_keys_beside(config: Config, ring: KeyRing) -> None:
    """Check as `check_keys` does, beside a server that may own the database; writes nothing.

    Raises:
        KeyRingError: `keys.other`.
        DatabaseError: The database could not be asked.
    """
    for row in await _beside(config):
        _require(row, ring)


async def has_check_value(config: Config) -> bool:
    """Whether some key ring has worked on the database; false also where it cannot be asked."""
    try:
        return bool(await _beside(config))
    except DatabaseError:
        return False


async def open_ring(config: Config) -> KeyRing:
    """Open the key ring that `config` names.

    Raises:
        KeyRingError: as `KeyRing.open`, but `keys.lost` instead of `keys.missing` where there is
            a database that only the lost keys open: nobody is to make new ones for it.
    """
    try:
        return await asyncio.to_thread(KeyRing.open, config.keys)
    except KeyRingError as error:
        if error.code == "keys.missing" and await has_check_value(config):
            raise KeyRingError(LOST, **error.params) from error
        raise


async def _opens_invoices(database: Database, ring: KeyRing) -> None:
    """Refuse a ring that does not open what invoices there are."""
    if await database.read(_EXISTS[database.dialect], _INVOICES):
        for identity, sealed in await database.read(_AN_INVOICE):
            try:
                ring.sealer(_INVOICES).open(identity, sealed)
            except SealError as error:
                raise KeyRingError(OTHER, here=ring.fingerprint, there=_UNKNOWN) from error


async def _write(database: Database, ring: KeyRing, clock: Clock, name: str) -> None:
    written = clock.now().isoformat(timespec="seconds")
    sealed = ring.sealer(_TABLE).seal(name, _PLAIN)
    async with database.transaction() as tx:
        await tx.execute(_WRITE, name, ring.fingerprint, sealed, _indexed(ring), written)


async def _beside(config: Config) -> list[Row]:
    dialect = "sqlite" if config.sqlite_path is not None else "postgres"
    address = parse_address(config.database_url)
    if not await peek(address, _EXISTS[dialect], _TABLE):
        return []
    return await peek(address, _READ)


def _require(row: Row, ring: KeyRing) -> None:
    if not _fits(row, ring):
        raise KeyRingError(OTHER, here=ring.fingerprint, there=str(row[1]))


def _fits(row: Row, ring: KeyRing) -> bool:
    """All of it: a ring may be mixed from two backups, or lack a version it once had."""
    name, fingerprint, sealed, indexed = row
    try:
        opened = ring.sealer(_TABLE).open(name, sealed)
    except SealError:
        return False
    told = f"{fingerprint} {indexed}".encode()
    expected = f"{ring.fingerprint} {_indexed(ring)}".encode()
    return opened == _PLAIN and hmac.compare_digest(told, expected)


def _indexed(ring: KeyRing) -> str:
    """Blind indexes of a constant under both index keys."""
    return ring.index(_TABLE, _NAME).hex(_PLAIN) + ring.number_index(_TABLE).hex(_PLAIN)
