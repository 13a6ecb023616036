"""The rows of keys, revoked slips and the present list, in SQL that both databases speak.

Every change takes the list's row first, and so does whoever issues a list: on PostgreSQL a
change that commits meanwhile is either in the list or counted as one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from helpdesk.trust.errors import TrustError
from helpdesk.wire import revocation, strict_cbor
from helpdesk.wire.numbered import seconds
from helpdesk.wire.signing_key import Algorithm, kid_of
from helpdesk.wire.trust_list import TrustedKey, Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row
    from helpdesk.security.row_mac import RowMac
    from helpdesk.wire.trust_list import RevocationPart

_PARTS_LENGTH: Final = 64 << 20
TABLE: Final = "trust_key"
_COLUMNS: Final = "kid, public, uses, centre, holder, not_before, not_after, revoked_at, mac"
_CHANGED: Final = (
    "INSERT INTO trust_list (name, changes, listed, version, issued_at, bundle, parts)"
    " VALUES ('present', $1, 0, 0, 0, $2, $2)"
    " ON CONFLICT (name) DO UPDATE SET changes = trust_list.changes + excluded.changes"
    " RETURNING version, changes, listed, issued_at"
)
_PRESENT: Final = (
    "SELECT version, changes, listed, issued_at FROM trust_list"
    " WHERE name = 'present' AND version > 0"
)
_CONTENT: Final = "SELECT version, bundle, parts FROM trust_list WHERE name = 'present'"
_ISSUED: Final = (
    "UPDATE trust_list SET listed = $1, version = $2, issued_at = $3, bundle = $4, parts = $5"
    " WHERE name = 'present'"
)
_ADD: Final = (
    "INSERT INTO trust_key"
    " (kid, public, uses, centre, holder, not_before, not_after, revoked_at, mac)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
_KEYS: Final = f"SELECT {_COLUMNS} FROM trust_key ORDER BY kid"  # noqa: S608 - a constant
_KEY: Final = f"SELECT {_COLUMNS} FROM trust_key WHERE kid = $1"  # noqa: S608 - a constant
_OF_HOLDER: Final = f"SELECT {_COLUMNS} FROM trust_key WHERE holder = $1 ORDER BY kid"  # noqa: S608 - a constant
_END: Final = "UPDATE trust_key SET not_after = $2, mac = $3 WHERE kid = $1"
_REVOKE: Final = "UPDATE trust_key SET revoked_at = $2, mac = $3 WHERE kid = $1"
_UNMARKED: Final = f"SELECT {_COLUMNS} FROM trust_key WHERE mac IS NULL"  # noqa: S608 - a constant
_MARK: Final = "UPDATE trust_key SET mac = $2 WHERE kid = $1"
_TAKE_BACK: Final = (
    "INSERT INTO trust_revoked (slip, revoked_at) VALUES ($1, $2) ON CONFLICT (slip) DO NOTHING"
)
_TAKEN_BACK: Final = "SELECT slip FROM trust_revoked ORDER BY slip"


@dataclass(frozen=True, slots=True)
class Present:
    """What is known of the list in force without reading it."""

    version: int
    changes: int
    listed: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A list as it travels: bundle and revocation parts; both empty where `held` is current."""

    version: int
    bundle: bytes = b""
    parts: tuple[bytes, ...] = ()


async def present(database: Database) -> Present | None:
    """The list in force, if one was ever issued."""
    rows = await database.read(_PRESENT)
    return _present(rows[0]) if rows else None


async def content(database: Database) -> Delivery:
    """The list in force, whole."""
    ((version, bundle, parts),) = await database.read(_CONTENT)
    told = strict_cbor.decode(bytes(parts), depth=1, length=_PARTS_LENGTH)
    return Delivery(version, bytes(bundle), tuple(told) if isinstance(told, list) else ())


async def begin(tx: Transaction, changes: int = 0) -> Present:
    """Hold the list's row until the commit and count changes. Version 0: no list yet."""
    return _present((await tx.fetch(_CHANGED, changes, b""))[0])


async def issued(tx: Transaction, changes: int, now: datetime, delivery: Delivery) -> None:
    """Put a list in force that knows of so many changes."""
    parts = strict_cbor.encode(list(delivery.parts))
    at = seconds(now)
    await tx.execute(_ISSUED, changes, delivery.version, at, delivery.bundle, parts)


class KeyRows:
    """The certified keys, each with the mark that this server has written it.

    A row without its mark (somebody wrote SQL) is none of ours: it is left out and told.
    """

    def __init__(self, database: Database, mac: RowMac) -> None:
        self._database = database
        self._mac = mac
        self.foreign: tuple[str, ...] = ()
        """The ids of rows that were left out the last time all were read."""

    async def add(self, tx: Transaction, key: TrustedKey) -> None:
        """Write a new key down."""
        row = _row(key)
        await tx.execute(_ADD, *row, self._mac.of(*row))

    async def find(self, tx: Transaction, kid: bytes) -> TrustedKey | None:
        """The key of this id. Raises `TrustError` `trust.rows` for a row that is none of ours."""
        rows = await tx.fetch(_KEY, kid.hex())
        if not rows:
            return None
        if not self._ours(rows[0]):
            raise TrustError("trust.rows", kids=kid.hex())
        return _key(rows[0])

    async def keys(self, tx: Transaction) -> tuple[TrustedKey, ...]:
        """All keys."""
        return self._read(await tx.fetch(_KEYS))

    async def all(self) -> tuple[TrustedKey, ...]:
        """All keys, outside of any transaction."""
        return self._read(await self._database.read(_KEYS))

    async def of_holder(self, tx: Transaction, holder: str) -> tuple[TrustedKey, ...]:
        """The keys of a holder."""
        return tuple(_key(row) for row in await tx.fetch(_OF_HOLDER, holder) if self._ours(row))

    async def end(self, tx: Transaction, kid: bytes, until: datetime) -> None:
        """Shorten a key's time."""
        key = await self.find(tx, kid)
        if key is not None and until < key.not_after:
            row = _row(key.model_copy(update={"not_after": until}))
            await tx.execute(_END, kid.hex(), seconds(until), self._mac.of(*row))

    async def revoke(self, tx: Transaction, kid: bytes, at: datetime) -> bool:
        """Nothing of this key holds any more; false where that was so, or there is none."""
        key = await self.find(tx, kid)
        if key is None or key.revoked_at is not None:
            return False
        row = _row(key.model_copy(update={"revoked_at": at}))
        await tx.execute(_REVOKE, kid.hex(), seconds(at), self._mac.of(*row))
        return True

    async def mark_all(self, tx: Transaction) -> int:
        """Mark the rows of before there were marks; how many. Only while migrating to them."""
        rows = await tx.fetch(_UNMARKED)
        for *columns, _ in rows:
            await tx.execute(_MARK, columns[0], self._mac.of(*columns))
        return len(rows)

    def _read(self, rows: Sequence[Row]) -> tuple[TrustedKey, ...]:
        self.foreign = tuple(row[0] for row in rows if not self._ours(row))
        return tuple(_key(row) for row in rows if row[0] not in self.foreign)

    def _ours(self, row: Row) -> bool:
        *columns, mac = row
        return self._mac.holds(mac, *columns)


async def take_back(tx: Transaction, kid: bytes, month: int, document: bytes, at: datetime) -> bool:
    """One slip does not hold any more; false where that was so."""
    slip = f"{kid.hex()}|{month}|{document.hex()}"
    return await tx.execute(_TAKE_BACK, slip, seconds(at)) == 1


async def parts(tx: Transaction) -> tuple[tuple[RevocationPart, bytes], ...]:
    """The revoked slips as parts, one a key and month."""
    slips = [str(slip).split("|") for (slip,) in await tx.fetch(_TAKEN_BACK)]
    return tuple(
        _part(kid, month, [document for *_, document in some])
        for (kid, month), some in groupby(slips, key=lambda slip: (slip[0], slip[1]))
    )


def _part(kid: str, month: str, documents: Sequence[str]) -> tuple[RevocationPart, bytes]:
    ids = [bytes.fromhex(document) for document in documents]
    return revocation.build(bytes.fromhex(kid), int(month), ids)


def _row(key: TrustedKey) -> tuple[str | int | None, ...]:
    """The columns of a key, without its mark."""
    uses = ",".join(str(int(use)) for use in key.uses)
    revoked = None if key.revoked_at is None else seconds(key.revoked_at)
    return (
        *(kid_of(key.public).hex(), key.public.hex(), uses, key.centre, key.holder),
        *(seconds(key.not_before), seconds(key.not_after), revoked),
    )


def _key(row: Row) -> TrustedKey:
    _kid, public, uses, centre, holder, not_before, not_after, revoked_at, _mac = row
    return TrustedKey(
        public=bytes.fromhex(public),
        algorithm=Algorithm.EDDSA,
        uses=tuple(Use(int(use)) for use in uses.split(",")),
        centre=centre,
        holder=holder,
        not_before=not_before,
        not_after=not_after,
        revoked_at=revoked_at,
    )


def _present(row: Row) -> Present:
    version, changes, listed, issued_at = row
    return Present(version, changes, listed, datetime.fromtimestamp(issued_at, UTC))
