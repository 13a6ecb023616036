"""From entries that are new to rulings: shut out, said before, erased, or left to their effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.kiosks.occurrence import anchor_of, occurrence
from helpdesk.kiosks.policy import Policy
from helpdesk.kiosks.roster import KioskStanding
from helpdesk.kiosks.ruling import Reason, Ruling, Told
from helpdesk.wire.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from helpdesk.db import Transaction
    from helpdesk.kiosks.journals import Branch, Journals
    from helpdesk.kiosks.occurrence import Occurrence
    from helpdesk.kiosks.ruling import Effect
    from helpdesk.wire.journal_batch import Linked
    from helpdesk.wire.journal_kinds import Kinds
    from helpdesk.wire.journal_payload import JournalPayload


@dataclass(frozen=True, slots=True)
class Read:
    """A checked entry and what it says: nothing where it was erased, `fault` where we are older."""

    link: Linked
    payload: JournalPayload | None = None
    fault: WireError | None = None

    @property
    def seq(self) -> int:
        """Its number."""
        return self.link.head.seq


@dataclass(frozen=True, slots=True)
class Judgment:
    """The ruling on an entry; `op_id` where its operation has had its effect by it."""

    read: Read
    ruling: Ruling
    op_id: str | None
    occurred: datetime


class Judge:
    """Rules on entries in the transaction that moves the mark."""

    def __init__(
        self,
        journals: Journals,
        kinds: Kinds,
        effects: Mapping[str, Effect],
        policy: Policy | None = None,
    ) -> None:
        self._policy = policy or Policy()
        self._journals = journals
        self._kinds = kinds
        self._effects = effects

    def read(self, link: Linked) -> Read:
        """What a checked entry says."""
        entry = link.entry
        if entry.plaintext is None:
            return Read(link)
        try:
            return Read(link, self._kinds.read(entry.header.kind, entry.plaintext))
        except WireError as error:
            return Read(link, fault=error if self._policy.newer_waits else None)

    async def judge(
        self,
        tx: Transaction,
        journal: bytes,
        branch: Branch,
        items: Sequence[Read],
        blanket: Reason | None,
        now: datetime,
    ) -> list[Judgment]:
        """One judgment an entry; `blanket` refuses all of them."""
        occurred = await _occurrences(tx, journal, items, now)
        if blanket is not None:
            ruling = Ruling.refused(blanket)
            return [
                Judgment(read, ruling, None, moment.at)
                for read, moment in zip(items, occurred, strict=True)
            ]
        rulings = await self._refused(tx, items)
        due = [
            _told(branch.kiosk, read, moment)
            for read, moment in zip(items, occurred, strict=True)
            if read.seq not in rulings
        ]
        applied: set[int] = set()
        for kind, run in _runs(due):
            ruled = await self._effects[kind].apply(tx, run)
            rulings.update((told.seq, ruling) for told, ruling in zip(run, ruled, strict=True))
            applied.update(told.seq for told in run)
        return [
            Judgment(
                read,
                rulings[read.seq],
                read.link.entry.header.operation if read.seq in applied else None,
                moment.at,
            )
            for read, moment in zip(items, occurred, strict=True)
        ]

    async def _refused(self, tx: Transaction, items: Sequence[Read]) -> dict[int, Ruling]:
        """Entries with nothing to do: erased before they came, or told by another entry."""
        operations = [read.link.entry.header.operation for read in items]
        used = await self._journals.used(tx, operations) if self._policy.operation_once else set()
        rulings: dict[int, Ruling] = {}
        for read, operation in zip(items, operations, strict=True):
            if operation in used:
                rulings[read.seq] = Ruling.refused(Reason.OPERATION)
            elif read.payload is None:
                rulings[read.seq] = Ruling.refused(Reason.ERASED)
            else:
                used.add(operation)
        return rulings


def blanket_of(branch: Branch, standing: KioskStanding) -> Reason | None:
    """Why all entries of a branch are only kept, if they are."""
    if standing is KioskStanding.FENCED:
        return Reason.FENCED
    if branch.number:
        return Reason.FORK
    return Reason.QUARANTINED if standing.shut_out else None


async def _occurrences(
    tx: Transaction, journal: bytes, items: Sequence[Read], now: datetime
) -> list[Occurrence]:
    headers = [read.link.entry.header for read in items]
    boots = {header.boot_id for header in headers}
    anchors = {boot: await anchor_of(tx, journal, boot) for boot in sorted(boots)}
    return [occurrence(header, anchors[header.boot_id], now) for header in headers]


def _told(kiosk: str, read: Read, moment: Occurrence) -> Told:
    if read.payload is None:
        raise AssertionError
    operation = read.link.entry.header.operation
    return Told(kiosk, read.seq, operation, read.payload, moment.at, moment.sure)


def _runs(due: Sequence[Told]) -> Iterator[tuple[str, list[Told]]]:
    """Entries of one kind that follow one another, so that kinds keep their order."""
    run: list[Told] = []
    for told in due:
        if run and run[-1].payload.KIND != told.payload.KIND:
            yield run[0].payload.KIND, run
            run = []
        run.append(told)
    if run:
        yield run[0].payload.KIND, run
