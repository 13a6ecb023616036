"""Checks in the database: counted, limited, numbered and written in one transaction.

Many checks share a transaction; each is answered only after its COMMIT.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.verification import rules, sealed_form
from helpdesk.verification.question import ADOPTED, Pending, Recorded
from helpdesk.verification.sealed_form import Unsealed
from invoices import record as record_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Value
    from helpdesk.security import KeyRing
    from helpdesk.verification.lookup import Found, Lookup
    from invoices.outcome import Outcome
    from invoices.rules import Policy

_log = structlog.stdlib.get_logger("helpdesk.verification")

TABLE: Final = "verification_check"
WEB_PREFIX: Final = "W"
_KNOWN: Final = {
    "sqlite": "SELECT op_id, record, sealed FROM verification_check"
    " WHERE op_id IN (SELECT value FROM json_each($1))",
    "postgres": "SELECT op_id, record, sealed FROM verification_check"
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
_TOLD: Final = (
    "UPDATE verification_check SET sealed = $2, record = $3, token_index = $4 WHERE op_id = $1"
)
"""A check that was asked and then told too: the kiosk may ask as somebody else now (enrolled,
or enrolled anew), and must hear of it. When it asked, it had no record number yet."""
_WRITE: Final = (
    "INSERT INTO verification_check"
    " (op_id, identity, day, channel, verdict, state, record, token_index, at_ms, sealed)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)


@dataclass(slots=True)
class _Batch:
    """The checks that are new, once each, and all answers by op_id."""

    new: dict[str, Pending] = field(default_factory=dict)
    answers: dict[str, Recorded] = field(default_factory=dict)


class TokenIndex:
    """The blind index of a record's token, by which the server tells who may open it."""

    def __init__(self, ring: KeyRing) -> None:
        self._index = ring.index(TABLE, "token")

    def of_record(self, record: str, token: str) -> str | None:
        """32 hexadecimal characters; None where there is no token."""
        return self._index.hex(f"{record}/{token}".encode()) if token else None


class CheckStore:
    """Writes batches of checks; made for `GroupCommit`."""

    def __init__(self, database: Database, ring: KeyRing, lookup: Lookup, policy: Policy) -> None:
        self._ring = ring
        self._sealer = ring.sealer(TABLE)
        self._tokens = TokenIndex(ring)
        self._lookup = lookup
        self._policy = policy
        self._known = _KNOWN[database.dialect]
        self._count = _COUNT[database.dialect]

    async def write(self, tx: Transaction, items: Sequence[Pending]) -> Sequence[Recorded]:
        """Look up and write checks that are new; answer repeated ones as they were.

        The daily limit is decided here, on counts that nobody else can change meanwhile.
        """
        batch = await self._sorted(tx, items)
        if batch.new:
            # In the order of their ids, as every worker does: two that share rows never wait
            # for each other in a ring.
            new = list(batch.new.values())
            found = await self._lookup.findings(new, tx)
            outcomes = await self._outcomes(tx, new, found)
            records = await self._records(tx, new)
            await tx.executemany(_WRITE, self._rows(new, found, outcomes, records))
            for item, outcome, record in zip(new, outcomes, records, strict=True):
                batch.answers[item.question.op_id] = Recorded(
                    outcome, record, item.asked, token=item.question.token
                )
        await self._heard(tx, items, batch)
        return [_told(batch, item) for item in items]

    async def _heard(self, tx: Transaction, items: Sequence[Pending], batch: _Batch) -> None:
        """Let those that were asked, and are told now, answer to whoever asks."""
        answers = [(item, batch.answers[item.question.op_id]) for item in items]
        rows = [self._resealed(item, answer) for item, answer in answers if _told_now(item, answer)]
        if rows:
            await tx.executemany(_TOLD, rows)

    def _resealed(self, item: Pending, answer: Recorded) -> Sequence[Value]:
        question, record, token = item.question, answer.record, answer.token
        same = sealed_form.same_claim(sealed_form.claimed(question.read().claim), answer.claimed)
        if same and not record:
            # An id is no secret: a token opens only what its teller has said of the invoice.
            record, token = question.record, question.token
        # The claim that was answered, whatever is told now: the outcome is about no other.
        plain = sealed_form.encode(answer.claimed, answer.outcome, ADOPTED, token)
        sealed = self._sealer.seal(question.op_id, plain)
        return (question.op_id, sealed, record, self._tokens.of_record(record, token))

    async def _sorted(self, tx: Transaction, items: Sequence[Pending]) -> _Batch:
        batch = _Batch()
        for item in sorted(items, key=_op_id):
            batch.new.setdefault(item.question.op_id, item)
        rows = await tx.fetch(self._known, json.dumps(list(batch.new)))
        await self._ring.take_up(sealed for _, _, sealed in rows)
        for op_id, record, sealed in rows:
            outcome, asked, claimed, token = self._opened(batch.new.pop(op_id), sealed)
            batch.answers[op_id] = Recorded(
                outcome, record, asked, repeated=True, claimed=claimed, token=token
            )
        return batch

    def _opened(self, item: Pending, sealed: bytes) -> Unsealed:
        """What was answered to what; of a row that cannot be opened nothing can be said."""
        try:
            return sealed_form.decode(self._sealer.open(item.question.op_id, sealed))
        except HelpdeskError as error:
            # The row stays nameless in the log; the count of these lines is the alarm.
            _log.error("verification.unreadable", error=error.code)
            nothing = rules.outcome_of(rules.UNREADABLE, None, None, item.at)
            claimed = sealed_form.claimed(item.question.read().claim)
            return Unsealed(nothing, item.asked, claimed, "")

    async def _outcomes(
        self, tx: Transaction, new: Sequence[Pending], found: Sequence[Found]
    ) -> list[Outcome]:
        """What each check comes to once it is counted."""
        adding = Counter(each.cell for each in found if each.cell)
        counts: dict[str, int] = {}
        if adding:
            told = await tx.fetch(self._count, json.dumps(dict(sorted(adding.items()))))
            counts = {cell: checks - adding[cell] for cell, checks in told}
        outcomes = []
        for item, (finding, reading, _, cell) in zip(new, found, strict=True):
            if cell:
                counts[cell] += 1
                finding = rules.exhausted(finding, counts[cell], self._policy)  # noqa: PLW2901
            outcomes.append(rules.outcome_of(finding, *reading, item.as_of or item.at))
        return outcomes

    async def _records(self, tx: Transaction, new: Sequence[Pending]) -> list[str]:
        """Each check's record number: of the web for those that ask for one, else its own."""
        asking = Counter(item.day for item in new if item.question.numbered)
        numbers = {}
        for day, many in sorted(asking.items()):
            told = await tx.fetch(_NUMBER, f"{day.isoformat()}|{WEB_PREFIX}", many)
            numbers[day] = count(told[0][0] - many + 1)
        return [
            record_numbers.make(WEB_PREFIX, item.day, next(numbers[item.day]))
            if item.question.numbered
            else item.question.record
            for item in new
        ]

    def _rows(
        self,
        new: Sequence[Pending],
        found: Sequence[Found],
        outcomes: Sequence[Outcome],
        records: Sequence[str],
    ) -> list[Sequence[Value]]:
        plains = [
            sealed_form.encode(
                sealed_form.claimed(each.reading.claim), outcome, item.asked, item.question.token
            )
            for item, each, outcome in zip(new, found, outcomes, strict=True)
        ]
        return [
            (
                item.question.op_id,
                each.identity,
                item.day.isoformat(),
                item.question.channel,
                outcome.verdict.value,
                None if outcome.state is None else outcome.state.value,
                record,
                self._tokens.of_record(record, item.question.token),
                int(item.at.timestamp() * 1000),
                self._sealer.seal(item.question.op_id, plain),
            )
            for item, each, outcome, record, plain in zip(
                new, found, outcomes, records, plains, strict=True
            )
        ]


def _told_now(item: Pending, answer: Recorded) -> bool:
    return answer.repeated and item.asked == ADOPTED != answer.asked


def _op_id(item: Pending) -> str:
    return item.question.op_id


def _told(batch: _Batch, item: Pending) -> Recorded:
    answer = batch.answers[item.question.op_id]
    first = batch.new.get(item.question.op_id)
    if first is None or first is item or answer.repeated:
        return answer
    return answer._replace(repeated=True)
