"""The book of checks in SQL. Record number, row and journal entry are one transaction."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import TYPE_CHECKING

from helpdesk.wire.check_entry import payload_of
from helpdesk.wire.journal_batch import EntryOutcome
from invoices import canonical
from invoices.check import Check
from invoices.record import make
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from kiosk.check_book import CheckSummary, KeptCheck, NewCheck, Tally
from kiosk.check_form import Payload, dump, load
from kiosk.db.port import StoreError
from kiosk.policy import Policy
from kiosk.sealing import SealError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.claim import Claim
    from invoices.outcome import Outcome
    from kiosk.db.port import Connection, Row, Transaction, Value
    from kiosk.journal.journal import Journal
    from kiosk.journal.outbox import Judged
    from kiosk.sealing import Sealer

logger = logging.getLogger(__name__)

TABLE = "checks"
_TOLD_BEFORE = "journal.op_id"
"""The server's reason where the same operation had its effect by another entry."""

_NEXT_NUMBER = """
    INSERT INTO record_counters (prefix, day, last) VALUES (?, ?, 1)
    ON CONFLICT (prefix, day) DO UPDATE SET last = last + 1
"""
_NUMBER = "SELECT last FROM record_counters WHERE prefix = ? AND day = ?"
_LAST_SEQ = "SELECT COALESCE(MAX(seq), 0) FROM checks"
_SAME_TODAY = "SELECT COUNT(*) FROM checks WHERE day = ? AND identity = ?"
_ASKED = """
    SELECT COUNT(*) FROM checks WHERE day = ? AND identity = ?
        AND verdict IN ('match', 'mismatch', 'not_found', 'unavailable')
"""
_WRONG = """
    SELECT COUNT(*) FROM (
        SELECT at FROM checks WHERE verdict IN ('mismatch', 'not_found') ORDER BY seq DESC LIMIT ?
    ) WHERE at > ? AND at <= ?
"""
_INSERT = """
    INSERT INTO checks
        (seq, op_id, record, day, at, verdict, state, source, as_of, outdated,
        delivery, identity, nth, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_BY_OP = """
    SELECT payload FROM checks WHERE op_id = ? AND delivery IN ('kept', 'provisional')
"""
_COMPLETE = """
    UPDATE checks SET verdict = ?, state = ?, source = ?, as_of = ?, outdated = ?,
        delivery = 'answered', completed_at = ?, payload = ?
    WHERE op_id = ? AND delivery IN ('kept', 'provisional')
"""
_REFUSED = """
    UPDATE checks SET delivery = 'refused' WHERE op_id = ? AND delivery IN ('kept', 'provisional')
"""
_KEPT = """
    SELECT op_id, record, payload FROM checks WHERE delivery IN ('kept', 'provisional')
    AND NOT (? AND EXISTS (SELECT 1 FROM journal_entries AS entry
        WHERE entry.op_id = checks.op_id AND entry.outcome IS NULL
        AND entry.journal = (SELECT MAX(number) FROM journals)))
    ORDER BY delivery, seq LIMIT 500
"""
_WITHOUT_ENTRY = """
    SELECT seq, op_id, record, payload, at FROM checks
    WHERE seq <= (SELECT past_until FROM sync_state) AND seq > ? AND NOT EXISTS
        (SELECT 1 FROM journal_entries WHERE journal_entries.op_id = checks.op_id)
    ORDER BY seq LIMIT ?
"""
_PAST_IS_TOLD = "UPDATE sync_state SET past_until = 0 WHERE past_until > 0"
_FIND = "SELECT op_id, record, payload, at FROM checks WHERE record = ? AND payload <> x''"
_SUMMARY = "SELECT at, verdict, state, source, as_of, outdated FROM checks WHERE record = ?"
_TALLY = """
    SELECT (SELECT COUNT(*) FROM checks WHERE day = ?),
           (SELECT COUNT(*) FROM checks WHERE delivery = 'kept')
"""


class SqlCheckBook:
    """The checks of one kiosk; `prefix` leads its record numbers, and changes with the lease."""

    def __init__(
        self,
        connection: Connection,
        sealer: Sealer,
        journal: Journal,
        prefix: str,
        policy: Policy | None = None,
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._journal = journal
        self._policy = policy or Policy()
        self.prefix = prefix

    async def add(self, new: NewCheck) -> Check:
        """Keep a check under the next record number of its day."""
        check: Check | None = None
        try:
            async with self._connection.transaction() as tx:
                check = await self._add(tx, new)
                if self._policy.entry_beside_row:
                    await self._journal.append(tx, check.op_id, payload_of(check))
            if not self._policy.entry_beside_row:
                async with self._connection.transaction() as tx:
                    await self._journal.append(tx, check.op_id, payload_of(check))
        except StoreError:
            if check is None or self._policy.told_only_when_saved:
                raise
        return check

    async def journal_the_past(self, limit: int = 200) -> int:
        """Write the entries of checks of before there was a journal, once; how many it wrote.

        A check that cannot be opened stays as it is, without an entry.
        """
        written, last = 0, 0
        while rows := await self._connection.fetch(_WITHOUT_ENTRY, last, limit):
            last = rows[-1][0]
            async with self._connection.transaction() as tx:
                written += sum([await self._journal_past(tx, row[1:]) for row in rows])
        if written:
            logger.info("%d checks of before have their entries now", written)
        async with self._connection.transaction() as tx:
            await tx.execute(_PAST_IS_TOLD)
        return written

    async def heard(self, tx: Transaction, judged: Judged) -> None:
        """The server's word on a check's entry: a refused one waits for no answer any more.

        Unless the server has the check by another entry, which is what became of this one when
        the kiosk was enrolled anew.
        """
        verdict = judged.verdict
        if verdict.outcome is EntryOutcome.REFUSED and verdict.reason != _TOLD_BEFORE:
            await tx.execute(_REFUSED, judged.op_id)

    async def complete(self, op_id: str, outcome: Outcome, at: datetime) -> bool:
        """Give a kept check its answer, once."""
        async with self._connection.transaction() as tx:
            rows = await tx.fetch(_BY_OP, op_id)
            if not rows:
                return False
            before = self._opened(op_id, rows[0][0])
            sealed = self._sealed(op_id, Payload(before.token, before.claim, outcome, before.entry))
            await tx.execute(_COMPLETE, *_clear(outcome.told), at.isoformat(), sealed, op_id)
        return True

    async def kept(self, *, told: bool = False) -> Sequence[KeptCheck]:
        """The checks that wait, oldest first; with `told` only those that the server knows of."""
        rows = await self._connection.fetch(_KEPT, told)
        return [check for row in rows if (check := self._kept_check(row))]

    async def find(self, record: str) -> Check | None:
        """One check by its record number; None also for one whose details were erased."""
        rows = await self._connection.fetch(_FIND, record)
        return self._check(rows[0]) if rows else None

    async def summary(self, record: str) -> CheckSummary | None:
        """What of a check is in the clear."""
        rows = await self._connection.fetch(_SUMMARY, record)
        if not rows:
            return None
        at, *clear = rows[0]
        return CheckSummary(record, datetime.fromisoformat(at), _told(*clear))

    async def asked(self, claim: Claim, day: date) -> int:
        """How often the invoice of a claim was looked for on a day, found or not."""
        identity = self._sealer.blind(_identity(claim))
        ((times,),) = await self._connection.fetch(_ASKED, day.isoformat(), identity)
        return int(times)

    async def wrong(self, since: datetime, until: datetime, most: int) -> int:
        """How many of the last `most` wrong answers fell into this time."""
        span = (since.isoformat(), until.isoformat())
        ((count,),) = await self._connection.fetch(_WRONG, most, *span)
        return int(count)

    async def tally(self, day: date) -> Tally:
        """How much there is."""
        ((today, kept),) = await self._connection.fetch(_TALLY, day.isoformat())
        return Tally(today, kept)

    async def _next_record(self, tx: Transaction, day: date) -> str:
        key = (self.prefix, day.isoformat())
        await tx.execute(_NEXT_NUMBER, *key)
        ((counter,),) = await tx.fetch(_NUMBER, *key)
        return make(self.prefix, day, counter)

    async def _add(self, tx: Transaction, new: NewCheck) -> Check:
        record = await self._next_record(tx, new.day)
        await self._insert(tx, new, record)
        return Check(new.op_id, record, new.token, new.claim, new.outcome, new.at)

    async def _insert(self, tx: Transaction, new: NewCheck, record: str) -> None:
        day = new.day.isoformat()
        identity = self._sealer.blind(_identity(new.claim))
        ((last,),) = await tx.fetch(_LAST_SEQ)
        ((earlier,),) = await tx.fetch(_SAME_TODAY, day, identity)
        payload = Payload(new.token, new.claim, new.outcome, new.entry)
        await tx.execute(
            _INSERT,
            *(last + 1, new.op_id, record, day, new.at.isoformat()),
            *_clear(new.outcome.told),
            *(new.delivery, identity, earlier + 1),
            self._sealed(new.op_id, payload),
        )

    async def _journal_past(self, tx: Transaction, row: Row) -> bool:
        """Whether the check got its entry."""
        try:
            check = self._check(row)
            await self._journal.append_past(tx, check.op_id, payload_of(check), check.at)
        except (SealError, ValueError):
            logger.error("record %s stays without an entry", row[1])  # noqa: TRY400 - as below
            return False
        return True

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


def _clear(told: Told) -> tuple[Value, ...]:
    """What of an answer stands in the clear, in the order of the columns."""
    as_of = None if told.as_of is None else told.as_of.isoformat()
    return (told.verdict, told.state, told.source, as_of, int(told.outdated))


def _told(
    verdict: str, state: str | None, source: str | None, as_of: str | None, outdated: int
) -> Told:
    return Told(
        Verdict(verdict),
        None if state is None else State(state),
        None if source is None else Source(source),
        None if as_of is None else datetime.fromisoformat(as_of),
        bool(outdated),
    )
