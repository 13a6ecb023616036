"""A registry to import into, and what an import did to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpdesk.db import Database
from helpdesk.registry.columns import Entry, cells_of
from helpdesk.registry.importing import Event, Importer, Refusal, Summary
from helpdesk.registry.store import RegistryStore
from helpdesk.registry.table_writer import table
from helpdesk.registry.totals import Totals
from helpdesk.security import KeyRing

AS_OF = date(2026, 11, 24)


@dataclass(frozen=True)
class Imported:
    summary: Summary
    refusals: list[tuple[int, str]]
    events: list[Event]


class Registry:
    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.database = database
        self.store = RegistryStore(database, ring)
        self.totals = Totals(database, ring)
        self.importer = Importer(database, self.store, self.totals, AS_OF)

    async def take(self, path: Path, *, strict: bool = False) -> Imported:
        events = [event async for event in self.importer.run(path, strict=strict)]
        refusals = [(e.line, e.error.code) for e in events if isinstance(e, Refusal)]
        (summary,) = [event for event in events if isinstance(event, Summary)]
        return Imported(summary, refusals, events)

    async def find(self, entry: Entry) -> Entry | None:
        return await self.store.find(self.identity(entry))

    def identity(self, entry: Entry) -> str:
        return self.store.identity(entry.face.code, entry.face.number)


async def file_of(path: Path, entries: Sequence[Entry]) -> Path:
    await asyncio.to_thread(_write, path, entries)
    return path


def _write(path: Path, entries: Sequence[Entry]) -> None:
    with table(path) as write:
        for entry in entries:
            write(cells_of(entry))
