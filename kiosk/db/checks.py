"""The book of checks in SQL. A check's row, seal and record number are one transaction."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import TYPE_CHECKING

from invoices import canonical
from invoices.check import Check
from invoices.record import make
from kiosk.check_book import CheckSummary, KeptCheck, NewCheck, Tally
from kiosk.check_form import Payload, dump, load
from kiosk.sealing import SealError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.claim import Claim
    from invoices.outcome import Outcome
    from kiosk.db.port import Connection, Row, Transaction
    from kiosk.sealing import Sealer

logger = logging.getLogger(__name__)

TABLE = "checks"

_NEXT_NUMBER = """
    INSERT INTO record_counters (prefix, day, last) VALUES (?, ?, 1)
    ON CONFLICT (prefix, day) DO UPDATE SET last = last + 1
"""
_NUMBER = "SELECT last FROM record_counters WHERE prefix = ? AND day = ?"
_LAST_SEQ = "SELECT COALESCE(MAX(seq), 0) FROM checks"
_SAME_TODAY = "SELECT COUNT(*) FROM checks WHERE day = ? AND identity = ?"
_INSERT = """
    INSERT INTO checks
        (seq, op_id, record, day, at, verdict, state, delivery, identity, nth, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_BY_OP = "SELECT payload FROM checks WHERE op_id = ? AND delivery = 'kept'"
_COMPLETE = """
    UPDATE checks SET verdict = ?, state = ?, delivery = 'answered', completed_at = ?, payload = ?
    WHERE op_id = ? AND delivery = 'kept'
"""
_KEPT = "SELECT op_id, record, payload FROM checks WHERE delivery = 'kept' ORDER BY seq"
_FIND = "SELECT op_id, record, payload, at FROM checks WHERE record = ?"
_SUMMARY = "SELECT verdict, state, at FROM checks WHERE record = ?"
_TALLY = """
    SELECT (SELECT COUNT(*) FROM checks WHERE day = ?),
           (SELECT COUNT(*) FROM checks WHERE delivery = 'kept')
"""


class SqlCheckBook:
    """The checks of one kiosk; `prefix` leads its record numbers."""

    def __init__(self, connection: Connection, sealer: Sealer, prefix: str) -> None:
        self._connection = connection
        self._sealer = sealer
        self._prefix = prefix

    async def add(self, new: NewCheck) -> Check:
        """Keep a check under the next record number of its day."""
        async with self._connection.transaction() as tx:
            record = await self._next_record(tx, new.day)
            await self._append(tx, new, record)
        return Check(new.op_id, record, new.token, new.claim, new.outcome, new.at)

    async def complete(self, op_id: str, outcome: Outcome, at: datetime) -> bool:
        """Give a kept check its answer, once."""
        async with self._connection.transaction() as tx:
            rows = await tx.fetch(_BY_OP, op_id)
            if not rows:
                return False
            before = self._opened(op_id, rows[0][0])
            sealed = self._sealed(op_id, Payload(before.token, before.claim, outcome, before.entry))
            await tx.execute(
                _COMPLETE, outcome.verdict, outcome.state, at.isoformat(), sealed, op_id
            )
        return True

    async def kept(self) -> Sequence[KeptCheck]:
        """The checks that wait, oldest first."""
        rows = await self._connection.fetch(_KEPT)
        return [check for row in rows if (check := self._kept_check(row))]

    async def find(self, record: str) -> Check | None:
        """One check by its record number."""
        rows = await self._connection.fetch(_FIND, record)
        return self._check(rows[0]) if rows else None

    async def summary(self, record: str) -> CheckSummary | None:
        """What of a check is in the clear."""
        rows = await self._connection.fetch(_SUMMARY, record)
        if not rows:
            return None
        verdict, state, at = rows[0]
        return CheckSummary(record, verdict, state, datetime.fromisoformat(at))

    async def tally(self, day: date) -> Tally:
        """How much there is."""
        ((today, kept),) = await self._connection.fetch(_TALLY, day.isoformat())
        return Tally(today, kept)

    async def _next_record(self, tx: Transaction, day: date) -> str:
        key = (self._prefix, day.isoformat())
        await tx.execute(_NEXT_NUMBER, *key)
        ((counter,),) = await tx.fetch(_NUMBER, *key)
        return make(self._prefix, day, counter)

    async def _append(self, tx: Transaction, new: NewCheck, record: str) -> None:
        """The one place where an entry comes into being, beside the row it explains."""
        day = new.day.isoformat()
        identity = self._sealer.blind(_identity(new.claim))
        ((last,),) = await tx.fetch(_LAST_SEQ)
        ((earlier,),) = await tx.fetch(_SAME_TODAY, day, identity)
        payload = Payload(new.token, new.claim, new.outcome, new.entry)
        await tx.execute(
            _INSERT,
            *(last + 1, new.op_id, record, day, new.at.isoformat()),
            *(new.outcome.verdict, new.outcome.state, new.delivery, identity, earlier + 1),
            self._sealed(new.op_id, payload),
        )

    def _kept_check(self, row: Row) -> KeptCheck | None:
        """One row; a damaged one must not keep the others from their answer."""
        op_id, record, sealed = row
        try:
            return KeptCheck(op_id, record, self._opened(op_id, sealed).claim)
        except SealError:
            logger.error("record %s cannot be opened", record)  # noqa: TRY400 - nothing to trace
            return None

    def _check(self, row: Row) -> Check:
        op_id, record, sealed, at = row
        payload = self._opened(op_id, sealed)
        moment = datetime.fromisoformat(at)
        return Check(op_id, record, payload.token, payload.claim, payload.outcome, moment)

    def _sealed(self, op_id: str, payload: Payload) -> bytes:
        return self._sealer.seal(TABLE, op_id, dump(payload))

    def _opened(self, op_id: str, sealed: bytes) -> Payload:
        return load(self._sealer.open(TABLE, op_id, sealed))


def _identity(claim: Claim) -> bytes:
    """What makes two checks checks of one invoice; a claim without a number is nobody's."""
    return canonical.identity(claim.code, claim.number) if claim.number else b""
