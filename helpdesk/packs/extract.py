"""What the registry gives to a build, page by page: sealed as it lies there, in little memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from helpdesk.db import Database
    from helpdesk.packs.plan import Build, Homes
    from helpdesk.packs.regions import KeyRegions
    from helpdesk.registry.store import RegistryStore
    from helpdesk.registry.totals import Totals

PAGE: Final = 1_000
"""Rows to a query: the same thread answers visitors in between."""

_COLUMNS: Final = "identity, issued_on, region, state, added, revision, version, sealed"
_OF_PERIOD: Final = (
    f"SELECT {_COLUMNS} FROM registry_invoice"  # noqa: S608 - our own column names
    " WHERE issued_on >= $1 AND issued_on <= $2 AND (issued_on, identity) > ($3, $4)"
    " ORDER BY issued_on, identity LIMIT $5"
)
_SINCE: Final = (
    f"SELECT {_COLUMNS} FROM registry_invoice"  # noqa: S608 - our own column names
    " WHERE revision >= $1 AND (revision > $1 OR identity > $2)"
    " ORDER BY revision, identity LIMIT $3"
)
_WRITTEN: Final = (
    "SELECT issued_on, region, MAX(added) FROM registry_invoice WHERE revision > $1"
    " GROUP BY issued_on, region"
)
_BEFORE_ALL: Final = "0000-00-00"
_AFTER_ALL: Final = "9999-99-99"


class Row(NamedTuple):
    """A row as it lies in the database."""

    identity: str
    issued_on: str
    region: str
    state: str
    added: int
    revision: int
    version: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Survey:
    """What the registry holds, without looking at an invoice.

    `days`: invoices of each issue day, by key region. `late`: of each issue day written to since
    a build, the last write that added to it. `revision`: the last write of all.
    """

    revision: int
    days: Mapping[str, Mapping[date, int]]
    late: Mapping[str, Mapping[date, int]]


class Extract:
    """Reads the registry of one installation for its packs."""

    def __init__(
        self, database: Database, store: RegistryStore, totals: Totals, regions: KeyRegions
    ) -> None:
        self._database = database
        self._store = store
        self._totals = totals
        self._regions = regions

    async def survey(self, known: int) -> Survey | None:
        """What there is, and what was written after write `known`; None for an empty registry."""
        revision = await self._store.revision()
        if revision is None:
            return None
        days: dict[str, dict[date, int]] = {name: {} for name in self._regions.names}
        for total in await self._totals.between(_BEFORE_ALL, _AFTER_ALL):
            region = self._regions.of(total.region)
            if region is not None:
                day = date.fromisoformat(total.day)
                days[region][day] = days[region].get(day, 0) + total.sums.invoices
        late: dict[str, dict[date, int]] = {name: {} for name in self._regions.names}
        for issued_on, tax_region, added in await self._database.read(_WRITTEN, known):
            region = self._regions.of(tax_region)
            if region is not None:
                day = date.fromisoformat(issued_on)
                late[region][day] = max(late[region].get(day, -1), added)
        return Survey(revision, days, late)

    async def rows(self, build: Build, homes: Homes) -> AsyncGenerator[Sequence[Row], None]:
        """The rows of one file to build; an overlay's are those that no segment knows."""
        pages = self._changed(build.after) if build.overlay else self._of_period(build)
        async for page in pages:
            yield [row for row in page if self._wanted(row, build, homes)]

    def _wanted(self, row: Row, build: Build, homes: Homes) -> bool:
        if self._regions.of(row.region) != build.region:
            return False
        return build.takes(homes, row.issued_on, row.added, row.revision)

    async def _of_period(self, build: Build) -> AsyncGenerator[list[Row], None]:
        first, last = build.period.first.isoformat(), build.period.last.isoformat()
        day, identity = "", ""
        while page := await self._page(_OF_PERIOD, first, last, day, identity, PAGE):
            yield page
            day, identity = page[-1].issued_on, page[-1].identity

    async def _changed(self, after: int) -> AsyncGenerator[list[Row], None]:
        # From the first row behind the last one of write `after`.
        revision, identity = after + 1, ""
        while page := await self._page(_SINCE, revision, identity, PAGE):
            yield page
            revision, identity = page[-1].revision, page[-1].identity

    async def _page(self, sql: str, *args: str | int) -> list[Row]:
        rows = await self._database.read(sql, *args)
        return [Row._make((*row[:7], bytes(row[7]))) for row in rows]
