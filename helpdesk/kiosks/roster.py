"""Kiosks and their keys in the database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.wire.enrolment import KioskKeys
from helpdesk.wire.signing_key import VerifyingKey
from helpdesk.wire.sync import key_id

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row
    from helpdesk.security import KeyRing

PROVED: Final = 1024
"""Rows whose marks are remembered as good: each signed request asks for one."""
KEYS: Final = "kiosks_key"
KIOSKS: Final = "kiosks_kiosk"
_log = structlog.stdlib.get_logger("helpdesk.kiosks")

_KIOSK: Final = (
    "SELECT k.kiosk, k.name, k.standing, k.mac, k.added_ms, k.enrolled_ms, k.pushed_ms"
    " FROM kiosks_kiosk k"
)
_KEY: Final = (
    "SELECT y.keyid, y.kiosk, y.signing, y.sealing, y.state, y.since_ms, y.mac, k.standing, k.mac"
    " FROM kiosks_key y"
    " JOIN kiosks_kiosk k ON k.kiosk = y.kiosk"
)
_ALL_KEYS: Final = "SELECT keyid, kiosk, signing, sealing, state, since_ms, mac FROM kiosks_key"
_FLEET: Final = (
    "SELECT k.kiosk, k.name, k.standing, k.mac, k.added_ms, k.enrolled_ms, k.pushed_ms,"
    " (SELECT MAX(b.mark) FROM kiosks_branch b WHERE b.kiosk = k.kiosk AND b.number = 0),"
    " (SELECT COUNT(*) FROM kiosks_exception e WHERE e.kiosk = k.kiosk AND e.state = 'open')"
    " FROM kiosks_kiosk k ORDER BY k.kiosk"
)


class KioskStanding(StrEnum):
    """From a leased prefix nobody has used yet, over `active`, to one that is shut out."""

    ADDED = "added"
    ACTIVE = "active"
    FENCED = "fenced"
    QUARANTINED = "quarantined"

    @property
    def shut_out(self) -> bool:
        """Whether its entries are only kept for a person."""
        return self in (KioskStanding.FENCED, KioskStanding.QUARANTINED)


class KeyStanding(StrEnum):
    """A registered key waits for its first use; a retired one signs nothing new."""

    REGISTERED = "registered"
    ACTIVE = "active"
    RETIRED = "retired"

    @property
    def accepted(self) -> bool:
        """Whether requests may be signed with it."""
        return self is not KeyStanding.RETIRED


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk; `kiosk` is its leased prefix."""

    kiosk: str
    name: str
    standing: KioskStanding
    added: datetime
    enrolled: datetime | None
    pushed: datetime | None


@dataclass(frozen=True, slots=True)
class FleetLine(Kiosk):
    """A kiosk with how far its journal is known and how much waits for a person."""

    mark: int
    waiting: int


@dataclass(frozen=True, slots=True)
class KioskKey:
    """A key of a kiosk, and how that kiosk stands."""

    keyid: str
    kiosk: str
    keys: KioskKeys
    state: KeyStanding
    since: datetime
    """When it was registered; once it was used, when that was for the first time."""
    standing: KioskStanding

    @property
    def verifying(self) -> VerifyingKey:
        """The key that its signatures are checked with."""
        return VerifyingKey(self.keys.signing)


class Roster:
    """Reads committed rows; writes in the caller's transaction.

    Keys and standings carry the mark that this server has written them. A key without its mark
    (somebody wrote SQL) is none, and a kiosk whose standing lacks it is not believed.
    """

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._keys = ring.row_mac(KEYS)
        self._kiosks = ring.row_mac(KIOSKS)
        self._proved: dict[Row, KioskKey] = {}
        self._lock = " FOR UPDATE" if database.dialect == "postgres" else ""

    async def key(self, keyid: str) -> KioskKey | None:
        """The key of an id, as last committed."""
        rows = await self._database.read(f"{_KEY} WHERE y.keyid = $1", keyid)
        return self._key(rows[0]) if rows else None

    async def keys_of(self, kiosk: str, tx: Transaction | None = None) -> tuple[KioskKey, ...]:
        """All keys a kiosk ever had, the newest first."""
        fetch = self._database.read if tx is None else tx.fetch
        rows = await fetch(f"{_KEY} WHERE y.kiosk = $1 ORDER BY y.since_ms DESC, y.keyid", kiosk)
        return tuple(key for row in rows if (key := self._key(row)) is not None)

    async def foreign_rows(self) -> tuple[str, ...]:
        """Names of kiosks whose rows, or whose keys' rows, this server has not written so."""
        kiosks = await self._database.read("SELECT kiosk, standing, mac FROM kiosks_kiosk")
        found = {row[0] for row in kiosks if not self._kiosks.holds(row[2], *row[:2])}
        for row in await self._database.read(_ALL_KEYS):
            *columns, mac = row
            if not self._keys.holds(mac, *columns):
                found.add(str(row[1]))
        return tuple(sorted(found))

    async def fleet(self) -> tuple[FleetLine, ...]:
        """Every kiosk there ever was, by prefix."""
        rows = await self._database.read(_FLEET)
        return tuple(FleetLine(*self._parts(row[:7]), row[7] or 0, row[8]) for row in rows)

    async def prefixes(self, tx: Transaction) -> set[str]:
        """All prefixes that were ever leased."""
        return {row[0] for row in await tx.fetch("SELECT kiosk FROM kiosks_kiosk")}

    async def locked(self, tx: Transaction, kiosk: str) -> Kiosk | None:
        """The kiosk, its row kept from others until the transaction ends."""
        rows = await tx.fetch(f"{_KIOSK} WHERE k.kiosk = $1{self._lock}", kiosk)
        return Kiosk(*self._parts(rows[0])) if rows else None

    async def add(self, tx: Transaction, kiosk: str, name: str, now: datetime) -> None:
        """Lease a prefix. Raises `ConstraintError` for one that was leased before."""
        await tx.execute(
            "INSERT INTO kiosks_kiosk (kiosk, name, standing, added_ms, mac)"
            " VALUES ($1, $2, $3, $4, $5)",
            kiosk,
            name,
            KioskStanding.ADDED.value,
            milliseconds(now),
            self._kiosks.of(kiosk, KioskStanding.ADDED.value),
        )

    async def enrolled(self, tx: Transaction, kiosk: str, keys: KioskKeys, now: datetime) -> str:
        """A kiosk has come with its first keys; their id."""
        await tx.execute(
            "UPDATE kiosks_kiosk SET standing = 'active', enrolled_ms = $2, mac = $3"
            " WHERE kiosk = $1 AND standing = 'added'",
            kiosk,
            milliseconds(now),
            self._kiosks.of(kiosk, KioskStanding.ACTIVE.value),
        )
        return await self.add_key(tx, kiosk, keys, KeyStanding.ACTIVE, now)

    async def stand(self, tx: Transaction, kiosk: str, standing: KioskStanding) -> None:
        """How a kiosk stands from now on."""
        sql = "UPDATE kiosks_kiosk SET standing = $2, mac = $3 WHERE kiosk = $1"
        await tx.execute(sql, kiosk, standing.value, self._kiosks.of(kiosk, standing.value))

    async def heard(self, tx: Transaction, kiosk: str, now: datetime) -> None:
        """The kiosk has pushed."""
        sql = "UPDATE kiosks_kiosk SET pushed_ms = $2 WHERE kiosk = $1"
        await tx.execute(sql, kiosk, milliseconds(now))

    async def add_key(
        self, tx: Transaction, kiosk: str, keys: KioskKeys, state: KeyStanding, now: datetime
    ) -> str:
        """Keep a key pair; its id. Raises `ConstraintError` for a key that is known."""
        keyid = key_id(kiosk, keys.signing)
        row = (keyid, kiosk, keys.signing, keys.sealing, state.value, milliseconds(now))
        await tx.execute(
            "INSERT INTO kiosks_key (keyid, kiosk, signing, sealing, state, since_ms, mac)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *row,
            self._keys.of(*row),
        )
        return keyid

    async def drop_unused(self, tx: Transaction, kiosk: str) -> None:
        """Forget keys that were registered and never used."""
        sql = "DELETE FROM kiosks_key WHERE kiosk = $1 AND state = 'registered'"
        await tx.execute(sql, kiosk)

    async def activate(self, tx: Transaction, key: KioskKey, now: datetime) -> bool:
        """The first use of a registered key retires the others; whether it was the first."""
        mac = self._mark(key, KeyStanding.ACTIVE, now)
        first = await tx.execute(
            "UPDATE kiosks_key SET state = 'active', since_ms = $2, mac = $3"
            " WHERE keyid = $1 AND state = 'registered'",
            key.keyid,
            milliseconds(now),
            mac,
        )
        if first:
            await self.retire_others(tx, key.kiosk, key.keyid)
        return bool(first)

    async def retire_others(self, tx: Transaction, kiosk: str, keyid: str) -> None:
        """No key of a kiosk but this one signs anything new."""
        sql = "UPDATE kiosks_key SET state = 'retired', mac = $2 WHERE keyid = $1"
        for key in await self.keys_of(kiosk, tx):
            if key.keyid != keyid:
                mac = self._mark(key, KeyStanding.RETIRED, key.since)
                await tx.execute(sql, key.keyid, mac)

    async def mark_all(self, tx: Transaction) -> int:
        """Mark the rows of before there were marks; how many. Only while migrating to them."""
        marked = 0
        for row in await tx.fetch(f"{_ALL_KEYS} WHERE mac IS NULL"):
            sql = "UPDATE kiosks_key SET mac = $2 WHERE keyid = $1"
            marked += await tx.execute(sql, row[0], self._keys.of(*row[:-1]))
        for row in await tx.fetch("SELECT kiosk, standing FROM kiosks_kiosk WHERE mac IS NULL"):
            sql = "UPDATE kiosks_kiosk SET mac = $2 WHERE kiosk = $1"
            marked += await tx.execute(sql, row[0], self._kiosks.of(*row))
        return marked

    def _mark(self, key: KioskKey, state: KeyStanding, since: datetime) -> bytes:
        return self._keys.of(
            *(key.keyid, key.kiosk, key.keys.signing, key.keys.sealing),
            *(state.value, milliseconds(since)),
        )

    def _standing(self, kiosk: str, standing: str, mac: bytes | None) -> KioskStanding:
        """How a kiosk stands, as far as this server has said so."""
        if self._kiosks.holds(mac, kiosk, standing):
            return KioskStanding(standing)
        _log.error("kiosks.foreign_row", kiosk=kiosk)
        return KioskStanding.QUARANTINED

    def _key(self, row: Row) -> KioskKey | None:
        """The key of a row; what was proved before, byte for byte, is not proved again."""
        row = tuple(row)
        key = self._proved.get(row) or self._read_key(row)
        if key is not None:
            if len(self._proved) >= PROVED:
                self._proved.clear()
            self._proved[row] = key
        return key

    def _read_key(self, row: Row) -> KioskKey | None:
        *columns, mac, standing, kiosk_mac = row
        keyid, kiosk, signing, sealing, state, since = columns
        if not self._keys.holds(mac, *columns):
            _log.error("kiosks.foreign_row", kiosk=kiosk, key=keyid)
            return None
        return KioskKey(
            keyid,
            kiosk,
            KioskKeys(signing=bytes(signing), sealing=bytes(sealing)),
            KeyStanding(state),
            moment_of(since),
            self._standing(kiosk, standing, kiosk_mac),
        )

    def _parts(
        self, row: Row
    ) -> tuple[str, str, KioskStanding, datetime, datetime | None, datetime | None]:
        kiosk, name, standing, mac, added, enrolled, pushed = row
        return (
            kiosk,
            name,
            self._standing(kiosk, standing, mac),
            moment_of(added),
            None if enrolled is None else moment_of(enrolled),
            None if pushed is None else moment_of(pushed),
        )
