"""Importing a registry file, batch by batch, in little memory whatever its length."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from helpdesk.db.finishing import finish
from helpdesk.registry.errors import RegistryError, RowError
from helpdesk.registry.rows import RowParser
from helpdesk.registry.rules import Step, step
from helpdesk.registry.seen import Seen
from helpdesk.registry.table import open_table
from helpdesk.registry.totals import Changes
from helpdesk.security import SealError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from helpdesk.db import Database
    from helpdesk.registry.columns import Entry
    from helpdesk.registry.store import Finished, Known, RegistryStore
    from helpdesk.registry.table import Line, Table
    from helpdesk.registry.totals import Totals

BATCH: Final = 4_000
"""Rows to a transaction: enough that its end costs little, few enough that others get in."""


class Refusal(NamedTuple):
    """A row that does not go in, and why."""

    line: int
    error: RowError


class Progress(NamedTuple):
    """How far the file was read; `total` belongs to the same scale."""

    done: int
    total: int


@dataclass(slots=True)
class Summary:
    """What an import did, in rows. `checked_only` means that nothing was written."""

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    checked_only: bool = False


Event = Refusal | Progress | Summary


class _Ready(NamedTuple):
    line: int
    entry: Entry
    finished: Finished


@dataclass(slots=True)
class _Batch:
    ready: list[_Ready] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    progress: Progress = field(default_factory=lambda: Progress(0, 1))


@dataclass(slots=True)
class _Plan:
    """What a batch does: rows to add and to change, and the totals with them."""

    added: list[Finished] = field(default_factory=list)
    changed: list[Finished] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    same: int = 0
    refusals: list[Refusal] = field(default_factory=list)


class Importer:
    """Imports files into one registry. `today` is the Beijing day."""

    def __init__(
        self, database: Database, store: RegistryStore, totals: Totals, today: date
    ) -> None:
        self._database = database
        self._store = store
        self._totals = totals
        self._today = today

    async def run(self, path: Path, *, strict: bool = False) -> AsyncGenerator[Event, None]:
        """Import a file; refused rows and progress as they come, the summary last.

        With `strict` the whole file is checked first, and one refused row keeps all out.

        Raises:
            TableError: A file that is no registry table; nothing was written.
            DatabaseError: The batch that failed was rolled back, those before it stand.
        """
        if strict:
            checked = Summary()
            async with aclosing(self._checked(path, checked)) as events:
                async for event in events:
                    yield event
            if checked.refused:
                yield Summary(checked.read, refused=checked.refused, checked_only=True)
                return
        summary = Summary()
        async with aclosing(self._events(path, summary, None)) as events:
            async for event in events:
                yield event
        yield summary

    async def _checked(self, path: Path, summary: Summary) -> AsyncGenerator[Event, None]:
        seen = await asyncio.to_thread(Seen)
        try:
            async with aclosing(self._events(path, summary, seen)) as events:
                async for event in events:
                    yield event
        finally:
            await asyncio.to_thread(seen.close)

    async def _events(
        self, path: Path, summary: Summary, seen: Seen | None
    ) -> AsyncGenerator[Event, None]:
        opening = open_table(path)
        table = await asyncio.to_thread(opening.__enter__)
        try:
            async with aclosing(self._batches(table)) as batches:
                async for batch in batches:
                    write = self._write(batch) if seen is None else self._check(batch, seen)
                    for refusal in _counted(summary, batch, await write):
                        yield refusal
                    yield batch.progress
        finally:
            await asyncio.to_thread(opening.__exit__, None, None, None)

    async def _batches(self, table: Table) -> AsyncGenerator[_Batch, None]:
        """The next batch is read and sealed in a thread while one is written."""
        lines = table.lines()
        parser = RowParser(self._today)
        coming = asyncio.create_task(asyncio.to_thread(self._next, table, lines, parser))
        try:
            while True:
                # Shielded: whoever is cancelled while waiting still has the thread to wait for.
                batch = await asyncio.shield(coming)
                if not (batch.ready or batch.refusals):
                    return
                coming = asyncio.create_task(asyncio.to_thread(self._next, table, lines, parser))
                yield batch
        finally:
            # The thread uses the file: it must have ended before the file is closed.
            await finish(_ended(coming))

    def _next(self, table: Table, lines: Iterator[Line], parser: RowParser) -> _Batch:
        batch = _Batch()
        numbers: list[int] = []
        entries: list[Entry] = []
        for number, cells in islice(lines, BATCH):
            try:
                entries.append(parser.parse(_cells(cells)))
                numbers.append(number)
            except RowError as error:
                batch.refusals.append(Refusal(number, error))
        finished = self._store.finish(entries)
        batch.ready = list(map(_Ready, numbers, entries, finished))
        batch.progress = Progress(min(table.done, table.total), table.total)
        return batch

    async def _write(self, batch: _Batch) -> _Plan:
        identities = [ready.finished.identity for ready in batch.ready]
        async with self._database.transaction() as tx:
            await self._store.serialise(tx)
            known = await self._store.known(identities, tx)
            plan = self._plan(batch, known)
            await self._store.add(tx, plan.added)
            await self._store.change(tx, plan.changed)
            await self._totals.apply(tx, plan.changes)
        return plan

    async def _check(self, batch: _Batch, seen: Seen) -> _Plan:
        known = await self._store.known([ready.finished.identity for ready in batch.ready])
        plan = self._plan(batch, known)
        refused = {refusal.line for refusal in plan.refusals}
        told = [(r.line, r.finished.identity, r.entry) for r in batch.ready]
        clashes = await asyncio.to_thread(seen.clashes, told)
        plan.refusals.extend(Refusal(line, error) for line, error in clashes if line not in refused)
        return plan

    def _plan(self, batch: _Batch, known: Known) -> _Plan:
        plan = _Plan()
        told: dict[str, Entry] = {}
        for ready in batch.ready:
            identity = ready.finished.identity
            try:
                before = told.get(identity) or self._opened(identity, known)
                taken = step(before, ready.entry)
            except RowError as error:
                plan.refusals.append(Refusal(ready.line, error))
                continue
            if taken is Step.NOTHING:
                plan.same += 1
                continue
            told[identity] = ready.entry
            if before is not None:
                plan.changes.add(before, ready.finished.region, -1)
            plan.changes.add(ready.entry, ready.finished.region)
            (plan.added if taken is Step.ADD else plan.changed).append(ready.finished)
        return plan

    def _opened(self, identity: str, known: Known) -> Entry | None:
        try:
            return self._store.opened(identity, known)
        except (SealError, RegistryError) as error:
            raise RowError("invoice.unreadable") from error


async def _ended(coming: asyncio.Task[_Batch]) -> None:
    await asyncio.wait([coming])
    if not coming.cancelled():
        coming.exception()


def _counted(summary: Summary, batch: _Batch, plan: _Plan) -> list[Refusal]:
    """Add a batch to the summary; its refusals in the order of their lines."""
    refusals = sorted([*batch.refusals, *plan.refusals], key=lambda refusal: refusal.line)
    summary.read += len(batch.ready) + len(batch.refusals)
    summary.added += len(plan.added)
    summary.changed += len(plan.changed)
    summary.same += plan.same
    summary.refused += len(refusals)
    return refusals


def _cells(told: Sequence[str] | RowError) -> Sequence[str]:
    if isinstance(told, RowError):
        raise told
    return told
