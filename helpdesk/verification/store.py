"""Checks in the database: counted, limited, numbered and written in one transaction.

Many checks share a transaction; each is answered only after its COMMIT.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from helpdesk.verification import rules, sealed_form
from invoices import record as records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Value
    from helpdesk.security import KeyRing
    from helpdesk.verification.rules import Finding
    from invoices.claim import Claim
    from invoices.crc import CrcState
    from invoices.outcome import Outcome
    from invoices.rules import Policy

TABLE: Final = "verification_check"
WEB_PREFIX: Final = "W"
ADOPTED: Final = ""
"""The digest of a check that was told, not asked: whoever asks under its op_id hears of it."""
_KNOWN: Final = {
    "sqlite": "SELECT op_id, digest, record, sealed FROM verification_check"
    " WHERE op_id IN (SELECT value FROM json_each($1))",
    "postgres": "SELECT op_id, digest, record, sealed FROM verification_check"
    " WHERE op_id IN (SELECT json_array_elements_text($1::text::json))",
}
_COUNT: Final = {
    "sqlite": "INSERT INTO verification_count (cell, checks)"
    " SELECT key, value FROM json_each($1) WHERE true ON CONFLICT (cell)"
    " DO UPDATE SET checks = verification_count.checks + excluded.checks RETURNING cell, checks",
    "postgres": "INSERT INTO verification_count (cell, checks)"
    " SELECT key, value::int FROM json_each_text($1::text::json) ON CONFLICT (cell)"
    " DO UPDATE SET checks = verification_count.checks + excluded.checks RETURNING cell, checks",
}
_NUMBER: Final = (
    "INSERT INTO verification_record (cell, value) VALUES ($1, $2) ON CONFLICT (cell)"
    " DO UPDATE SET value = verification_record.value + excluded.value RETURNING value"
)
_TOLD: Final = "UPDATE verification_check SET digest = '' WHERE op_id = $1"
"""A check that was asked and then told too: the kiosk may ask as somebody else now (enrolled,
or enrolled anew), and must hear of it."""
_WRITE: Final = (
    "INSERT INTO verification_check"
    " (op_id, digest, identity, day, channel, verdict, state, record, at_ms, sealed)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A check about to be written.

    `identity` is the invoice's blind index, or `None` where none was named; `numbered` asks
    for a record number of the web, else `record` is the caller's own (or ""). `as_of` is when
    the registry was asked, where that is later than the check itself.
    """

    op_id: str
    digest: str
    claim: Claim | None
    crc: CrcState | None
    finding: Finding
    identity: str | None
    channel: str
    record: str
    numbered: bool
    day: date
    at: datetime
    as_of: datetime | None = None

    @property
    def cell(self) -> str:
        """The place where checks of this invoice are counted, apart for each channel."""
        return f"{self.day.isoformat()}|{self.channel}|{self.identity}"

    @property
    def counted(self) -> bool:
        """Whether it uses up one of the invoice's checks of the day."""
        return self.identity is not None and self.finding.counted


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check that is on the disk. `digest` is of the request that was answered first."""

    outcome: Outcome
    record: str
    digest: str
    repeated: bool = False


@dataclass(slots=True)
class _Batch:
    """The checks that are new, once each, and all answers by op_id."""

    new: dict[str, Pending] = field(default_factory=dict)
    answers: dict[str, Recorded] = field(default_factory=dict)


class CheckStore:
    """Writes batches of checks; made for `GroupCommit`."""

    def __init__(self, database: Database, ring: KeyRing, policy: Policy) -> None:
        self._sealer = ring.sealer(TABLE)
        self._policy = policy
        self._known = _KNOWN[database.dialect]
        self._count = _COUNT[database.dialect]

    async def write(self, tx: Transaction, items: Sequence[Pending]) -> Sequence[Recorded]:
        """Write checks that are new and answer all of them, repeated ones as they were.

        The daily limit is decided here, on counts that nobody else can change meanwhile.
        """
        batch = await self._sorted(tx, items)
        counts = await self._counted(tx, batch.new)
        numbers = await self._numbered(tx, batch.new)
        rows = []
        # In the order of their ids, as every worker does: two that share rows never wait for
        # each other in a ring.
        for op_id, item in batch.new.items():
            record = numbers.get(op_id, item.record)
            answer = self._answered(item, counts, record)
            batch.answers[op_id] = answer
            rows.append(self._row(item, answer))
        if rows:
            await tx.executemany(_WRITE, rows)
        told = [(item.op_id,) for item in items if _told_now(item, batch.answers[item.op_id])]
        if told:
            await tx.executemany(_TOLD, told)
        return [_told(batch, item) for item in items]

    async def _sorted(self, tx: Transaction, items: Sequence[Pending]) -> _Batch:
        batch = _Batch()
        for item in sorted(items, key=_op_id):
            batch.new.setdefault(item.op_id, item)
        for op_id, digest, record, sealed in await tx.fetch(
            self._known, json.dumps(list(batch.new))
        ):
            outcome = sealed_form.outcome_of(self._sealer.open(op_id, sealed))
            batch.answers[op_id] = Recorded(outcome, record, digest, repeated=True)
            del batch.new[op_id]
        return batch

    async def _counted(self, tx: Transaction, new: Mapping[str, Pending]) -> dict[str, int]:
        """How often each cell was counted before this batch."""
        adding = Counter(item.cell for item in new.values() if item.counted)
        if not adding:
            return {}
        told = await tx.fetch(self._count, json.dumps(dict(sorted(adding.items()))))
        return {cell: checks - adding[cell] for cell, checks in told}

    async def _numbered(self, tx: Transaction, new: Mapping[str, Pending]) -> dict[str, str]:
        """Record numbers of the web for those that ask for one."""
        numbers = {}
        asking = [item for item in new.values() if item.numbered]
        for day in sorted({item.day for item in asking}):
            today = [item for item in asking if item.day == day]
            told = await tx.fetch(_NUMBER, f"{day.isoformat()}|{WEB_PREFIX}", len(today))
            first = told[0][0] - len(today) + 1
            for place, item in enumerate(today):
                numbers[item.op_id] = records.make(WEB_PREFIX, day, first + place)
        return numbers

    def _answered(self, item: Pending, counts: dict[str, int], record: str) -> Recorded:
        finding = item.finding
        if item.counted:
            counts[item.cell] += 1
            finding = rules.exhausted(finding, counts[item.cell], self._policy)
        outcome = rules.outcome_of(finding, item.claim, item.crc, item.as_of or item.at)
        return Recorded(outcome, record, item.digest)

    def _row(self, item: Pending, answer: Recorded) -> tuple[Value, ...]:
        outcome = answer.outcome
        return (
            item.op_id,
            item.digest,
            item.identity,
            item.day.isoformat(),
            item.channel,
            outcome.verdict.value,
            None if outcome.state is None else outcome.state.value,
            answer.record,
            int(item.at.timestamp() * 1000),
            self._sealer.seal(item.op_id, sealed_form.encode(item.claim, outcome)),
        )


def _told_now(item: Pending, answer: Recorded) -> bool:
    return answer.repeated and item.digest == ADOPTED != answer.digest


def _op_id(item: Pending) -> str:
    return item.op_id


def _told(batch: _Batch, item: Pending) -> Recorded:
    answer = batch.answers[item.op_id]
    first = batch.new.get(item.op_id)
    if first is None or first is item or answer.repeated:
        return answer
    return Recorded(answer.outcome, answer.record, answer.digest, repeated=True)
