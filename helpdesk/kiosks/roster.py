"""Kiosks and their keys in the database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.wire.enrolment import KioskKeys
from helpdesk.wire.signing_key import VerifyingKey
from helpdesk.wire.sync import key_id

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row

_KIOSK: Final = (
    "SELECT k.kiosk, k.name, k.standing, k.added_ms, k.enrolled_ms, k.pushed_ms FROM kiosks_kiosk k"
)
_KEY: Final = (
    "SELECT y.keyid, y.kiosk, y.signing, y.sealing, y.state, y.since_ms, k.standing"
    " FROM kiosks_key y"
    " JOIN kiosks_kiosk k ON k.kiosk = y.kiosk"
)
_FLEET: Final = (
    "SELECT k.kiosk, k.name, k.standing, k.added_ms, k.enrolled_ms, k.pushed_ms,"
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
    """Reads committed rows; writes in the caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = " FOR UPDATE" if database.dialect == "postgres" else ""

    async def key(self, keyid: str) -> KioskKey | None:
        """The key of an id, as last committed."""
        rows = await self._database.read(f"{_KEY} WHERE y.keyid = $1", keyid)
        return _key(rows[0]) if rows else None

    async def keys_of(self, kiosk: str, tx: Transaction | None = None) -> tuple[KioskKey, ...]:
        """All keys a kiosk ever had, the newest first."""
        fetch = self._database.read if tx is None else tx.fetch
        rows = await fetch(f"{_KEY} WHERE y.kiosk = $1 ORDER BY y.since_ms DESC, y.keyid", kiosk)
        return tuple(_key(row) for row in rows)

    async def fleet(self) -> tuple[FleetLine, ...]:
        """Every kiosk there ever was, by prefix."""
        rows = await self._database.read(_FLEET)
        return tuple(FleetLine(*_parts(row[:6]), row[6] or 0, row[7]) for row in rows)

    async def prefixes(self, tx: Transaction) -> set[str]:
        """All prefixes that were ever leased."""
        return {row[0] for row in await tx.fetch("SELECT kiosk FROM kiosks_kiosk")}

    async def locked(self, tx: Transaction, kiosk: str) -> Kiosk | None:
        """The kiosk, its row kept from others until the transaction ends."""
        rows = await tx.fetch(f"{_KIOSK} WHERE k.kiosk = $1{self._lock}", kiosk)
        return Kiosk(*_parts(rows[0])) if rows else None

    async def add(self, tx: Transaction, kiosk: str, name: str, now: datetime) -> None:
        """Lease a prefix. Raises `ConstraintError` for one that was leased before."""
        await tx.execute(
            "INSERT INTO kiosks_kiosk (kiosk, name, standing, added_ms) VALUES ($1, $2, $3, $4)",
            kiosk,
            name,
            KioskStanding.ADDED.value,
            milliseconds(now),
        )

    async def enrolled(self, tx: Transaction, kiosk: str, keys: KioskKeys, now: datetime) -> str:
        """A kiosk has come with its first keys; their id."""
        await tx.execute(
            "UPDATE kiosks_kiosk SET standing = 'active', enrolled_ms = $2"
            " WHERE kiosk = $1 AND standing = 'added'",
            kiosk,
            milliseconds(now),
        )
        return await self.add_key(tx, kiosk, keys, KeyStanding.ACTIVE, now)

    async def stand(self, tx: Transaction, kiosk: str, standing: KioskStanding) -> None:
        """How a kiosk stands from now on."""
        sql = "UPDATE kiosks_kiosk SET standing = $2 WHERE kiosk = $1"
        await tx.execute(sql, kiosk, standing.value)

    async def heard(self, tx: Transaction, kiosk: str, now: datetime) -> None:
        """The kiosk has pushed."""
        sql = "UPDATE kiosks_kiosk SET pushed_ms = $2 WHERE kiosk = $1"
        await tx.execute(sql, kiosk, milliseconds(now))

    async def add_key(
        self, tx: Transaction, kiosk: str, keys: KioskKeys, state: KeyStanding, now: datetime
    ) -> str:
        """Keep a key pair; its id. Raises `ConstraintError` for a key that is known."""
        keyid = key_id(kiosk, keys.signing)
        await tx.execute(
            "INSERT INTO kiosks_key (keyid, kiosk, signing, sealing, state, since_ms)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            keyid,
            kiosk,
            keys.signing,
            keys.sealing,
            state.value,
            milliseconds(now),
        )
        return keyid

    async def drop_unused(self, tx: Transaction, kiosk: str) -> None:
        """Forget keys that were registered and never used."""
        sql = "DELETE FROM kiosks_key WHERE kiosk = $1 AND state = 'registered'"
        await tx.execute(sql, kiosk)

    async def activate(self, tx: Transaction, key: KioskKey, now: datetime) -> bool:
        """The first use of a registered key retires the others; whether it was the first."""
        first = await tx.execute(
            "UPDATE kiosks_key SET state = 'active', since_ms = $2"
            " WHERE keyid = $1 AND state = 'registered'",
            key.keyid,
            milliseconds(now),
        )
        if first:
            await self.retire_others(tx, key.kiosk, key.keyid)
        return bool(first)

    async def retire_others(self, tx: Transaction, kiosk: str, keyid: str) -> None:
        """No key of a kiosk but this one signs anything new."""
        sql = "UPDATE kiosks_key SET state = 'retired' WHERE kiosk = $1 AND keyid <> $2"
        await tx.execute(sql, kiosk, keyid)


def _parts(
    row: Row,
) -> tuple[str, str, KioskStanding, datetime, datetime | None, datetime | None]:
    kiosk, name, standing, added, enrolled, pushed = row
    return (
        kiosk,
        name,
        KioskStanding(standing),
        moment_of(added),
        None if enrolled is None else moment_of(enrolled),
        None if pushed is None else moment_of(pushed),
    )


def _key(row: Row) -> KioskKey:
    keyid, kiosk, signing, sealing, state, since, standing = row
    keys = KioskKeys(signing=bytes(signing), sealing=bytes(sealing))
    return KioskKey(
        keyid, kiosk, keys, KeyStanding(state), moment_of(since), KioskStanding(standing)
    )
