"""What is kept on both sides, read for comparison."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from helpdesk.wire.journal_form import Header, read_header
from kiosk.db.port import Row
from tests.simulation.kiosk import Life
from tests.simulation.server import Running

_ENTRIES = (
    "SELECT b.journal, b.kiosk, e.seq, e.kind, e.header, e.hash, e.outcome, e.reason,"
    " e.sealed IS NOT NULL, e.received_ms"
    " FROM kiosks_entry e JOIN kiosks_branch b ON b.id = e.branch ORDER BY e.id"
)
_MARKS = "SELECT journal, number, mark, kiosk FROM kiosks_branch"
_CHECKS = "SELECT op_id, channel, identity, verdict, state, record FROM verification_check"
_COUNTS = "SELECT cell, checks FROM verification_count"
_CHANGES = (
    "SELECT topic, key, value FROM kiosks_change WHERE audience IN ('', $1) ORDER BY position"
)
_JOURNALS = "SELECT number, id, base_seq, mark_seq FROM journals ORDER BY number"
_KIOSK_ENTRIES = (
    "SELECT journal, seq, op_id, kind, header, hash, outcome, reason"
    " FROM journal_entries ORDER BY journal, seq"
)
_KIOSK_CHECKS = "SELECT op_id, record, verdict, state, delivery FROM checks ORDER BY seq"
_STANDING = "SELECT kiosk, standing FROM kiosks_kiosk"


@lru_cache(maxsize=4096)
def header_of(data: bytes) -> Header:
    """What an entry says about itself; the same bytes come up at every look."""
    return read_header(data)


@dataclass(frozen=True)
class Filed:
    """An entry at the server."""

    journal: str
    kiosk: str
    seq: int
    kind: str
    operation: str
    hash: bytes
    outcome: str
    reason: str | None
    readable: bool
    received_ms: int


@dataclass
class ServerBooks:
    """All that the server keeps."""

    entries: list[Filed]
    marks: dict[str, dict[int, int]]
    owners: dict[str, str]
    checks: dict[str, Row]
    counts: dict[str, int]
    standing: dict[str, str]
    by_operation: dict[str, list[Filed]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    async def read(cls, running: Running) -> ServerBooks:
        read = running.database.read
        entries = [_filed(row) for row in await read(_ENTRIES)]
        marks: dict[str, dict[int, int]] = defaultdict(dict)
        owners: dict[str, str] = {}
        for journal, number, mark, kiosk in await read(_MARKS):
            marks[journal][number] = mark
            owners[journal] = kiosk
        books = cls(
            entries=entries,
            marks=marks,
            owners=owners,
            checks={row[0]: row for row in await read(_CHECKS)},
            counts=dict(await read(_COUNTS)),
            standing=dict(await read(_STANDING)),
        )
        for entry in entries:
            books.by_operation[entry.operation].append(entry)
        return books

    def applied(self) -> Counter[str]:
        """How often each operation had its effect."""
        return Counter(entry.operation for entry in self.entries if entry.outcome == "applied")


def _filed(row: Row) -> Filed:
    journal, kiosk, seq, kind, header, hash_, outcome, reason, readable, received = row
    operation = header_of(bytes(header)).operation
    place = journal, kiosk, seq, kind, operation, bytes(hash_)
    return Filed(*place, outcome, reason, bool(readable), received)


async def announced(running: Running, kiosk: str) -> dict[tuple[str, str], object]:
    """What the server's log of changes says to a kiosk now."""
    said: dict[tuple[str, str], object] = {}
    for topic, key, value in await running.database.read(_CHANGES, kiosk):
        said.pop((topic, key), None)
        if value is not None:
            said[topic, key] = json.loads(value)
    return said


@dataclass
class KioskBooks:
    """What a kiosk keeps of its journals and checks."""

    journals: list[Row]
    entries: list[Row]
    checks: list[Row]

    @classmethod
    async def read(cls, life: Life) -> KioskBooks:
        # All of one moment.
        async with life.database.connection.transaction() as tx:
            return cls(
                journals=await tx.fetch(_JOURNALS),
                entries=await tx.fetch(_KIOSK_ENTRIES),
                checks=await tx.fetch(_KIOSK_CHECKS),
            )


async def replica(life: Life) -> dict[tuple[str, str], object]:
    """What a kiosk was kept told of."""
    rows = await life.database.connection.fetch("SELECT DISTINCT topic FROM replica")
    found: dict[tuple[str, str], object] = {}
    for (topic,) in rows:
        for key, value in (await life.parts.pull.values(topic)).items():
            found[topic, key] = value
    return found
