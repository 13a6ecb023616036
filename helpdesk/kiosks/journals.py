"""Journals of kiosks in the database: how far each is known, its entries and their verdicts.

A journal is one branch, until two kiosks write on it (a cloned disk): then each goes on in a
branch of its own, which shares with its parent what lies at or before its base.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.wire.journal_form import SALT_BYTES, Head, genesis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row, Value
    from helpdesk.security import KeyRing
    from helpdesk.wire.journal_form import Entry

TABLE: Final = "kiosks_entry"

_BRANCHES: Final = (
    "SELECT id, number, kiosk, parent, base, mark, head FROM kiosks_branch"
    " WHERE journal = $1 ORDER BY number"
)
_ADD: Final = (
    "INSERT INTO kiosks_entry (branch, seq, op_id, kind, header, content, hash, sealed,"
    " outcome, reason, occurred_ms, received_ms)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
)
_HASHES: Final = {
    "sqlite": "SELECT seq, hash FROM kiosks_entry WHERE branch = $1"
    " AND seq IN (SELECT value FROM json_each($2))",
    "postgres": "SELECT seq, hash FROM kiosks_entry WHERE branch = $1"
    " AND seq IN (SELECT value::bigint FROM json_array_elements_text($2::text::json))",
}
_USED: Final = {
    "sqlite": "SELECT op_id FROM kiosks_entry WHERE op_id IN (SELECT value FROM json_each($1))",
    "postgres": "SELECT op_id FROM kiosks_entry"
    " WHERE op_id IN (SELECT json_array_elements_text($1::text::json))",
}
_VERDICTS: Final = (
    "SELECT seq, outcome, reason FROM kiosks_entry WHERE branch = $1 AND seq BETWEEN $2 AND $3"
)
_KEPT: Final = (
    "SELECT seq, op_id, kind, sealed, outcome, reason, occurred_ms, received_ms"
    " FROM kiosks_entry WHERE branch = $1 AND seq BETWEEN $2 AND $3 AND reason = $4"
    " ORDER BY seq LIMIT $5"
)


@dataclass(frozen=True, slots=True)
class Branch:
    """How far one branch of a journal is known. Branch number 0 is the journal as it began."""

    id: int
    number: int
    kiosk: str
    parent: int | None
    base: int
    mark: Head


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry about to be written, with its permanent verdict.

    `op_id` is None where its effect is another entry's, or it has none.
    """

    entry: Entry
    head: Head
    op_id: str | None
    outcome: str
    reason: str | None
    occurred_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is kept: what it says (None once erased) and what became of it."""

    seq: int
    op_id: str | None
    kind: str
    plaintext: bytes | None
    outcome: str
    reason: str | None
    occurred: datetime
    received: datetime


class Journals:
    """Works in the caller's transaction; payloads are sealed going in."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._sealer = ring.sealer(TABLE)
        self._hashes = _HASHES[database.dialect]
        self._used = _USED[database.dialect]
        self._lock = " FOR UPDATE" if database.dialect == "postgres" else ""

    async def begin(self, tx: Transaction, kiosk: str, journal: bytes) -> None:
        """A kiosk's journal, empty as yet. Raises `ConstraintError` for one that is known."""
        await tx.execute(
            "INSERT INTO kiosks_branch (journal, number, kiosk, base, mark, head)"
            " VALUES ($1, 0, $2, 0, 0, $3)",
            journal.hex(),
            kiosk,
            genesis(journal).hash,
        )

    async def branches(self, tx: Transaction, journal: bytes) -> tuple[Branch, ...]:
        """The branches of a journal, kept from others until the transaction ends."""
        rows = await tx.fetch(_BRANCHES + self._lock, journal.hex())
        return tuple(
            Branch(id_, number, kiosk, parent, base, Head(mark, bytes(head)))
            for id_, number, kiosk, parent, base, mark, head in rows
        )

    async def fork(
        self, tx: Transaction, journal: bytes, parent: Branch, number: int, base: Head
    ) -> Branch:
        """A new branch that shares with `parent` what lies at or before `base`."""
        rows = await tx.fetch(
            "INSERT INTO kiosks_branch (journal, number, kiosk, parent, base, mark, head)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            journal.hex(),
            number,
            parent.kiosk,
            parent.id,
            base.seq,
            base.seq,
            base.hash,
        )
        return Branch(rows[0][0], number, parent.kiosk, parent.id, base.seq, base)

    async def hashes(
        self, tx: Transaction, line: Sequence[Branch], numbers: Sequence[int]
    ) -> dict[int, bytes]:
        """The hashes of those entries that are kept; `line` is a branch and its ancestors."""
        found: dict[int, bytes] = {}
        for branch, low, high in _spans(line):
            wanted = [number for number in numbers if low < number <= high]
            if wanted:
                rows = await tx.fetch(self._hashes, branch.id, json.dumps(wanted))
                found.update((seq, bytes(hash_)) for seq, hash_ in rows)
        return found

    async def verdicts(
        self, tx: Transaction, line: Sequence[Branch], first: int, last: int
    ) -> dict[int, tuple[str, str | None]]:
        """Outcome and reason of the entries from `first` to `last` that are kept."""
        found: dict[int, tuple[str, str | None]] = {}
        for branch, low, high in _spans(line):
            rows = await tx.fetch(_VERDICTS, branch.id, max(first, low + 1), min(last, high))
            found.update((seq, (outcome, reason)) for seq, outcome, reason in rows)
        return found

    async def kept(
        self, branch: int, first: int, last: int, reason: str, limit: int
    ) -> tuple[Kept, ...]:
        """The first entries from `first` to `last` that were ruled on for this reason."""
        rows = await self._database.read(_KEPT, branch, first, last, reason, limit)
        return tuple(self._kept(branch, row) for row in rows)

    async def used(self, tx: Transaction, op_ids: Sequence[str]) -> set[str]:
        """Those of `op_ids` whose effect another entry has had."""
        return {row[0] for row in await tx.fetch(self._used, json.dumps(op_ids))}

    async def add(
        self, tx: Transaction, branch: Branch, items: Sequence[Judged], now: datetime
    ) -> None:
        """Write entries that follow the mark, with their verdicts; `move` the mark with them."""
        received_ms = milliseconds(now)
        rows = [self._row(branch, item, received_ms) for item in items]
        await tx.executemany(_ADD, rows)

    async def move(self, tx: Transaction, branch: Branch, head: Head) -> None:
        """The branch is known up to `head`."""
        sql = "UPDATE kiosks_branch SET mark = $2, head = $3 WHERE id = $1"
        await tx.execute(sql, branch.id, head.seq, head.hash)

    def _kept(self, branch: int, row: Row) -> Kept:
        seq, op_id, kind, sealed, outcome, reason, occurred, received = row
        plaintext = None
        if sealed is not None:
            plaintext = self._sealer.open(_place(branch, seq), sealed)[SALT_BYTES:]
        moments = moment_of(occurred), moment_of(received)
        return Kept(seq, op_id, kind, plaintext, outcome, reason, *moments)

    def _row(self, branch: Branch, item: Judged, received_ms: int) -> tuple[Value, ...]:
        entry = item.entry
        header = entry.header
        sealed = None
        if entry.salt is not None and entry.plaintext is not None:
            sealed = self._sealer.seal(_place(branch.id, header.seq), entry.salt + entry.plaintext)
        return (
            branch.id,
            header.seq,
            item.op_id,
            header.kind,
            header.to_cbor(),
            entry.content,
            item.head.hash,
            sealed,
            item.outcome,
            item.reason,
            item.occurred_ms,
            received_ms,
        )


def line_of(branch: Branch, branches: Sequence[Branch]) -> tuple[Branch, ...]:
    """A branch and its ancestors, itself first."""
    by_id = {each.id: each for each in branches}
    line = [branch]
    while (parent := line[-1].parent) is not None:
        line.append(by_id[parent])
    return tuple(line)


def _spans(line: Sequence[Branch]) -> list[tuple[Branch, int, int]]:
    """Which entries of each branch of a line count: after its base, up to its child's."""
    spans = []
    high = line[0].mark.seq
    for branch in line:
        spans.append((branch, branch.base, high))
        high = min(high, branch.base)
    return spans


def _place(branch: int, seq: int) -> str:
    return f"{branch}/{seq}"
