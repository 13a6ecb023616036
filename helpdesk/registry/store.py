"""Invoices in the database: sealed going in, opened coming out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from helpdesk.registry import sealed_form
from helpdesk.registry.errors import RegistryError
from invoices import canonical
from invoices.codes import LONG_NUMBER, region_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row
    from helpdesk.registry.columns import Entry
    from helpdesk.security import KeyRing

TABLE: Final = "registry_invoice"
NO_REGION: Final = "0000"
_FIND: Final = "SELECT state, sealed, version FROM registry_invoice WHERE identity = $1"
_OF_IDENTITIES: Final = {
    "sqlite": "SELECT identity, state, sealed, version FROM registry_invoice"
    " WHERE identity IN (SELECT value FROM json_each($1))",
    "postgres": "SELECT identity, state, sealed, version FROM registry_invoice"
    " WHERE identity IN (SELECT json_array_elements_text($1::text::json))",
}
_OF_NUMBER: Final = (
    "SELECT identity, state, sealed, version FROM registry_invoice"
    " WHERE number_index = $1 ORDER BY identity"
)
_ADD: Final = (
    "INSERT INTO registry_invoice"
    " (identity, number_index, kind, issued_on, region, state, version, sealed, added, revision)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)"
)
_CHANGE: Final = (
    "UPDATE registry_invoice SET state = $2, version = $3, sealed = $4, revision = $5"
    " WHERE identity = $1"
)
_REVISION: Final = "SELECT MAX(revision) FROM registry_invoice"
_SERIALISE: Final = "SELECT pg_advisory_xact_lock(hashtext('registry_invoice'))"
"""Writers of the registry go one after another; on SQLite every transaction does."""


Known = dict[str, tuple[str, bytes, int]]
"""State, sealed bytes and row version of registered invoices, by their blind index."""


class Finished(NamedTuple):
    """A row ready for the database, in the order of `_ADD`; its numbers come when it is written."""

    identity: str
    number_index: str
    kind: str
    issued_on: str
    region: str
    state: str
    version: int
    sealed: bytes


class RegistryStore:
    """The invoices of one installation. Sealing and indexing are safe in any thread."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring
        self._sealer = ring.sealer(TABLE)
        self._identities = ring.index(TABLE, "identity")
        self._numbers = ring.number_index(TABLE)
        self._of_identities = _OF_IDENTITIES[database.dialect]
        self._regions: dict[str, str] = {}

    def identity(self, code: str, number: str) -> str:
        """The blind index of an invoice, 32 hex characters. Raises `CanonicalError`."""
        return self._identities.hex(canonical.identity(code, number))

    def region(self, code: str, number: str) -> str:
        """The tax region of an invoice, or `NO_REGION`."""
        key = code or number[:4]
        region = self._regions.get(key)
        if region is None:
            region = region_of(code, number) or NO_REGION
            if code or len(number) == LONG_NUMBER:
                self._regions[key] = region
        return region

    def finish(self, entries: Sequence[Entry]) -> list[Finished]:
        """Seal and index entries.

        Step by step for all of them, not entry by entry: a third less time for a batch, as
        each step's code stays in the processor's cache.
        """
        faces = [entry.face for entry in entries]
        plains = [sealed_form.encode(entry) for entry in entries]
        forms = [canonical.identity(face.code, face.number) for face in faces]
        identities = [self._identities.hex(form) for form in forms]
        numbers = [self._numbers.hex(face.number.encode()) for face in faces]
        sealed = [self._sealer.seal(*pair) for pair in zip(identities, plains, strict=True)]
        return [
            Finished(
                identity,
                number,
                str(entry.face.kind),
                entry.face.issued_on.isoformat(),
                self.region(entry.face.code, entry.face.number),
                str(entry.state),
                1,
                blob,
            )
            for entry, identity, number, blob in zip(
                entries, identities, numbers, sealed, strict=True
            )
        ]

    async def find(self, identity: str) -> Entry | None:
        """The entry of a blind index, as last committed.

        Raises:
            RegistryError: `registry.form` for a row whose clear columns were tampered with.
            SealError: One that cannot be opened.
        """
        rows = await self._database.read(_FIND, identity)
        return self._opened(identity, *rows[0]) if rows else None

    async def find_number(self, number: str) -> list[Entry]:
        """All entries with this number, whatever their code: for staff. Raises as `find`."""
        rows = await self._database.read(_OF_NUMBER, self._numbers.hex(number.encode()))
        return [self._opened(*row) for row in rows]

    async def known(self, identities: Sequence[str], tx: Transaction | None = None) -> Known:
        """What is known of those of `identities` that are registered."""
        fetch = self._database.read if tx is None else tx.fetch
        rows = await fetch(self._of_identities, json.dumps(identities))
        await self._ring.take_up(row[2] for row in rows)
        return {row[0]: (row[1], bytes(row[2]), row[3]) for row in rows}

    def opened(self, identity: str, known: Known) -> Entry | None:
        """The entry of a row that `known` fetched. Raises as `find`."""
        row = known.get(identity)
        return None if row is None else self._opened(identity, *row)

    async def serialise(self, tx: Transaction) -> None:
        """Wait until no other transaction writes to the registry."""
        if self._database.dialect == "postgres":
            await tx.fetch(_SERIALISE)

    async def add(self, tx: Transaction, rows: Sequence[Finished]) -> None:
        """Insert rows that are not there yet; registry writes must be serialised by the caller."""
        if rows:
            number = await _next_revision(tx)
            await tx.executemany(_ADD, [(*row, number) for row in rows])

    async def change(self, tx: Transaction, rows: Sequence[Finished]) -> None:
        """Write a new state, and the seal that holds it; serialised as `add` is."""
        if rows:
            number = await _next_revision(tx)
            known = await self.known([row.identity for row in rows], tx)
            versions = {identity: version for identity, (_, _, version) in known.items()}
            values = []
            for row in rows:
                # One invoice may change twice in a batch: each time it is a later version.
                versions[row.identity] += 1
                place = seal_place(row.identity, versions[row.identity])
                plain = self._sealer.open(row.identity, row.sealed)
                sealed = self._sealer.seal(place, plain)
                values.append((row.identity, row.state, versions[row.identity], sealed, number))
            await tx.executemany(_CHANGE, values)

    async def revision(self) -> int | None:
        """The number of the last committed write; `None` for an empty registry."""
        return _number(await self._database.read(_REVISION))

    def _opened(self, identity: str, state: str, sealed: bytes, version: int) -> Entry:
        place = seal_place(identity, version)
        entry = sealed_form.decode(self._sealer.open(place, sealed))
        if entry.state.value != state:
            raise RegistryError("registry.form")
        return entry


def seal_place(identity: str, version: int) -> str:
    """What the seal of a row is bound to.

    A row that was changed has a later version, and its seal another place: what was sealed before
    does not open in it. So nobody who writes SQL puts a former state back into a changed row.
    """
    return identity if version == 1 else f"{identity}#{version}"


async def _next_revision(tx: Transaction) -> int:
    return (_number(await tx.fetch(_REVISION)) or 0) + 1


def _number(rows: Sequence[Row]) -> int | None:
    """The number in the answer to the question for the last write."""
    number = rows[0][0]
    return None if number is None else int(number)
