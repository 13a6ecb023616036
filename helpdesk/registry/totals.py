"""Counts and sums of the registry, kept in the same transaction as its rows.

Statistics read these and never the invoices. The sums are sealed, because those of a cell
with one invoice are its amounts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from helpdesk.db import Database, Transaction
    from helpdesk.registry.columns import Entry
    from helpdesk.security import KeyRing
    from invoices.kinds import Kind
    from invoices.verdict import State

TABLE: Final = "registry_total"
_OF_DAYS: Final = {
    "sqlite": "SELECT day, sealed FROM registry_total"
    " WHERE day IN (SELECT value FROM json_each($1))",
    "postgres": "SELECT day, sealed FROM registry_total"
    " WHERE day IN (SELECT json_array_elements_text($1::text::json))",
}
_BETWEEN: Final = "SELECT day, sealed FROM registry_total WHERE day >= $1 AND day < $2 ORDER BY day"
_PUT: Final = (
    "INSERT INTO registry_total (day, sealed) VALUES ($1, $2)"
    " ON CONFLICT (day) DO UPDATE SET sealed = excluded.sealed"
)


class Sums(NamedTuple):
    """How many invoices, and their net, tax and total amounts in fen."""

    invoices: int = 0
    net: int = 0
    tax: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of the invoices of one day, region, kind and state."""

    day: str
    region: str
    kind: str
    state: str
    sums: Sums


_Cells = dict[str, list[int]]
"""Count, net, tax and total of each `<region>|<kind>|<state>` of one day."""


class Changes:
    """What a batch of entries adds to the totals and takes from them."""

    def __init__(self) -> None:
        self._sums: dict[tuple[date, str, Kind, State], list[int]] = {}

    @property
    def days(self) -> dict[str, _Cells]:
        """The cells of each day, by its ISO text."""
        days: dict[str, _Cells] = {}
        for (day, region, kind, state), sums in self._sums.items():
            days.setdefault(day.isoformat(), {})[f"{region}|{kind}|{state}"] = sums
        return days

    def add(self, entry: Entry, region: str, sign: int = 1) -> None:
        """Count an entry in (`sign` 1) or out (-1)."""
        face = entry.face
        cell = face.issued_on, region, face.kind, entry.state
        sums = self._sums.get(cell)
        if sums is None:
            sums = self._sums[cell] = [0, 0, 0, 0]
        sums[0] += sign
        sums[1] += sign * face.net
        sums[2] += sign * face.tax
        sums[3] += sign * face.total


class Totals:
    """The totals in the database, one sealed row a day."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._sealer = ring.sealer(TABLE)
        self._of_days = _OF_DAYS[database.dialect]

    async def apply(self, tx: Transaction, changes: Changes) -> None:
        """Add a batch's changes; registry writes must be serialised by the caller."""
        changed = changes.days
        if not changed:
            return
        days = sorted(changed)
        known = await tx.fetch(self._of_days, json.dumps(days))
        cells = {day: self._opened(day, sealed) for day, sealed in known}
        for day in days:
            _add(cells.setdefault(day, {}), changed[day])
        await tx.executemany(_PUT, [(day, self._sealed(day, cells[day])) for day in days])

    async def between(self, first: str, end: str) -> list[Total]:
        """The totals from day `first` up to but without day `end`, both as ISO text.

        Raises:
            SealError: A row that cannot be opened.
        """
        totals = []
        for day, sealed in await self._database.read(_BETWEEN, first, end):
            for cell, sums in sorted(self._opened(day, sealed).items()):
                region, kind, state = cell.split("|")
                totals.append(Total(day, region, kind, state, Sums(*sums)))
        return totals

    def _sealed(self, day: str, cells: _Cells) -> bytes:
        return self._sealer.seal(day, json.dumps(cells, separators=(",", ":")).encode())

    def _opened(self, day: str, sealed: bytes) -> _Cells:
        cells: _Cells = json.loads(self._sealer.open(day, sealed))
        return cells


def _add(cells: _Cells, changes: _Cells) -> None:
    for cell, change in changes.items():
        known = cells.get(cell, (0, 0, 0, 0))
        sums = [a + b for a, b in zip(known, change, strict=True)]
        if sums[0]:
            cells[cell] = sums
        else:
            cells.pop(cell, None)
