"""Batches of a journal: each entry gets its permanent verdict, once, in the order of its number.

Effect, verdict and mark go in one transaction. A batch is taken in groups, so that no
transaction keeps others waiting; whatever cuts it, the mark says what was taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.db.errors import ConstraintError
from helpdesk.kiosks.branches import Behind, Full, Placed, place
from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.journals import Judged
from helpdesk.kiosks.judgement import blanket_of
from helpdesk.kiosks.moments import milliseconds
from helpdesk.kiosks.occurrence import keep_anchor
from helpdesk.kiosks.policy import Policy
from helpdesk.kiosks.roster import KioskStanding
from helpdesk.kiosks.ruling import Reason
from helpdesk.wire import journal_batch
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.journal_batch import EntryOutcome, EntryVerdict, PushAnswer
from helpdesk.wire.journal_form import Head
from helpdesk.wire.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.kiosks.inbox import Inbox
    from helpdesk.kiosks.journals import Branch, Journals
    from helpdesk.kiosks.judgement import Judge, Judgment, Read
    from helpdesk.kiosks.roster import Kiosk, Roster
    from helpdesk.web.traffic import Traffic
    from helpdesk.wire.journal_batch import PushBatch
    from helpdesk.wire.signing_key import Signer, VerifyingKey

GROUP: Final = 32
"""Entries a transaction: enough to share an fsync, few enough to keep nobody waiting."""
BUSY: Final = "kiosks.busy"
WAITING: Final = 64
"""Pushes that may wait for their turn."""
_SLICE: Final = 8
_ATTEMPTS: Final = 4

_Verdicts = Mapping[int, tuple[str, str | None]]
_log = structlog.stdlib.get_logger("helpdesk.kiosks")


@dataclass(frozen=True, slots=True)
class _Step:
    """What one transaction came to: the head to answer with, and the verdicts to tell."""

    head: Head
    standing: KioskStanding
    verdicts: _Verdicts
    more: bool = False
    moves: Branch | None = None
    """Whose mark has still to be moved to the head."""
    refused: Reason | None = None
    """Why nothing was taken, though a person hears of it."""


class PushDesk:
    """Takes batches, one after another: verifications go on between its groups."""

    def __init__(
        self,
        database: Database,
        roster: Roster,
        journals: Journals,
        inbox: Inbox,
        judge: Judge,
        receipt: Signer,
        clock: Clock,
        traffic: Traffic,
        *,
        policy: Policy | None = None,
    ) -> None:
        self._policy = policy or Policy()
        self._database = database
        self._roster = roster
        self._journals = journals
        self._inbox = inbox
        self._judge = judge
        self._receipt = receipt
        self._clock = clock
        self._traffic = traffic
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def push(self, kiosk: str, keys: Sequence[VerifyingKey], given: PushBatch) -> PushAnswer:
        """Take what is new of a batch that `kiosk` signed with one of its `keys`.

        The answer tells how far we are now.

        Raises:
            WireError: `journal.*` for a batch that contradicts itself or its signature, and for
                one whose first new entry is of a kind or form that only a newer server knows.
            KiosksError: `journal.foreign` for another kiosk's journal, `kiosks.busy`,
                `journal.forks` for one more history of a journal that has too many.
            DatabaseError: Nothing but whole groups was taken.
        """
        if given.kiosk != kiosk:
            raise KiosksError("journal.foreign")
        if self._waiting >= WAITING:
            raise KiosksError(BUSY)
        self._waiting += 1
        try:
            async with self._turn:
                return await self._taken(given, await self._read(given, keys))
        finally:
            self._waiting -= 1

    async def _read(self, given: PushBatch, keys: Sequence[VerifyingKey]) -> list[Read]:
        """Check the batch and read what its entries say, with a pause now and then."""
        key = _signer(given, keys)
        links = []
        for link in journal_batch.checking(given, key):
            links.append(link)
            if not len(links) % _SLICE:
                await self._traffic.give_way()
        items = []
        for link in links:
            items.append(self._judge.read(link))
            if not len(items) % _SLICE:
                await self._traffic.give_way()
        return items

    async def _taken(self, given: PushBatch, items: Sequence[Read]) -> PushAnswer:
        step = await self._step(given, Head(given.after, given.before), items)
        verdicts = dict(step.verdicts)
        while step.more:
            await self._traffic.give_way()
            rest = [read for read in items if read.seq > step.head.seq]
            step = await self._step(given, step.head, rest)
            verdicts.update(step.verdicts)
        statement = journal_batch.receipt_statement(given.kiosk, given.journal, step.head)
        return PushAnswer(
            mark=step.head.seq,
            head=step.head.hash,
            verdicts=_told(items, verdicts),
            receipt_kid=self._receipt.key.kid,
            receipt=self._receipt.sign(statement),
            server_time=self._clock.now(),
            standing=_outside(step.standing),
        )

    async def _step(self, given: PushBatch, before: Head, items: Sequence[Read]) -> _Step:
        """Take the next group of `items`, which follow `before`, in a transaction of its own."""
        attempt = 1
        while True:
            try:
                return await self._step_once(given, before, items)
            except ConstraintError:
                # Another worker has just used one of the operations: now we shall see it.
                attempt += 1
                if attempt > _ATTEMPTS:
                    raise

    async def _step_once(self, given: PushBatch, before: Head, items: Sequence[Read]) -> _Step:
        async with self._database.transaction() as tx:
            step = await self._group(tx, given, before, items)
        if step.refused is not None:
            raise KiosksError(step.refused)
        if step.moves is not None:
            async with self._database.transaction() as tx:
                await self._journals.move(tx, step.moves, step.head)
        return step

    async def _group(
        self, tx: Transaction, given: PushBatch, before: Head, items: Sequence[Read]
    ) -> _Step:
        branches = await self._journals.branches(tx, given.journal)
        kiosk = await self._roster.locked(tx, given.kiosk)
        if kiosk is None or not branches or branches[0].kiosk != given.kiosk:
            raise KiosksError("journal.foreign")
        now = self._clock.now()
        await self._roster.heard(tx, given.kiosk, now)
        first = before.seq == given.after
        if given.clock is not None and first:
            await keep_anchor(tx, given.journal, given.clock, now)
        heads = [before, *(read.link.head for read in items)]
        found = await place(tx, self._journals, branches, given.journal, heads, self._policy)
        standing = kiosk.standing
        if isinstance(found, Full):
            await self._inbox.alarm(tx, found.trunk, Reason.FORKS, found.base.seq)
            return _Step(found.base, standing, {}, refused=Reason.FORKS)
        if found.forked and self._policy.fork_quarantines:
            standing = await self._quarantine(tx, kiosk, branches[0], found)
        if isinstance(found, Behind):
            return _Step(found.head, standing, {})
        step = await self._continued(tx, given.journal, items, found, standing, first=first)
        # Where the sender may be on any of several branches, it hears of what it has sent only.
        return replace(step, head=heads[-1]) if found.shared else step

    async def _quarantine(
        self, tx: Transaction, kiosk: Kiosk, trunk: Branch, found: Placed | Behind
    ) -> KioskStanding:
        """Two write the journal of one: neither is believed until a person has looked."""
        base = found.head if isinstance(found, Behind) else found.branch.mark
        branch = trunk if isinstance(found, Behind) else found.branch
        await self._inbox.alarm(tx, branch, Reason.FORK, base.seq)
        if kiosk.standing.shut_out:
            return kiosk.standing
        _log.error("kiosk.forked", kiosk=kiosk.kiosk)
        await self._roster.stand(tx, kiosk.kiosk, KioskStanding.QUARANTINED)
        return KioskStanding.QUARANTINED

    async def _continued(
        self,
        tx: Transaction,
        journal: bytes,
        items: Sequence[Read],
        found: Placed,
        standing: KioskStanding,
        *,
        first: bool,
    ) -> _Step:
        branch = found.branch
        mark = branch.mark.seq if self._policy.verdict_once else 0
        new = [read for read in items if read.seq > mark]
        known = [read for read in items if read.seq <= mark]
        blanket = blanket_of(branch, standing) if self._policy.fence_holds else None
        group = new[:GROUP] if blanket else _understood(new[:GROUP], must=first and not known)
        verdicts: dict[int, tuple[str, str | None]] = {}
        if known:
            span = known[0].seq, known[-1].seq
            verdicts.update(await self._journals.verdicts(tx, found.line, *span))
        if not group:
            return _Step(branch.mark, standing, verdicts)
        now = self._clock.now()
        judgments = await self._judge.judge(tx, journal, branch, group, blanket, now)
        if self._policy.forks_kept or not branch.number:
            await self._journals.add(tx, branch, [_judged(each) for each in judgments], now)
        head = group[-1].link.head
        moves = None if self._policy.mark_with_verdict else branch
        if moves is None:
            await self._journals.move(tx, branch, head)
        ruled = [(each.read.seq, each.ruling) for each in judgments]
        await self._inbox.put(tx, branch, ruled)
        verdicts.update((seq, (ruling.outcome.value, ruling.reason)) for seq, ruling in ruled)
        more = len(group) == GROUP and len(new) > GROUP
        return _Step(head, standing, verdicts, more, moves)


def _signer(given: PushBatch, keys: Sequence[VerifyingKey]) -> VerifyingKey:
    """Which of a kiosk's keys signed a batch. Raises `WireError` `journal.signature`."""
    head = Head(given.after + len(given.entries), given.head)
    statement = journal_batch.head_statement(given.kiosk, given.journal, head)
    for key in keys:
        if key.holds(given.signature, statement):
            return key
    raise WireError(Fault.JOURNAL_SIGNATURE)


def _understood(items: Sequence[Read], *, must: bool) -> list[Read]:
    """Entries up to the first that only a newer server knows.

    Raises:
        WireError: its fault, where it is the first and something `must` be taken.
    """
    group: list[Read] = []
    for read in items:
        if read.fault is not None:
            if must and not group:
                raise read.fault
            break
        group.append(read)
    return group


def _judged(each: Judgment) -> Judged:
    link, ruling = each.read.link, each.ruling
    return Judged(
        entry=link.entry,
        head=link.head,
        op_id=each.op_id,
        outcome=ruling.outcome.value,
        reason=ruling.reason,
        occurred_ms=milliseconds(each.occurred),
    )


def _told(items: Sequence[Read], verdicts: _Verdicts) -> tuple[EntryVerdict, ...]:
    told = []
    for read in items:
        if read.seq in verdicts:
            outcome, reason = verdicts[read.seq]
            told.append(EntryVerdict(seq=read.seq, outcome=EntryOutcome(outcome), reason=reason))
    return tuple(told)


def _outside(standing: KioskStanding) -> Standing:
    """As a kiosk is told: whoever pushes has enrolled."""
    return Standing(standing.value) if standing.shut_out else Standing.ACTIVE
