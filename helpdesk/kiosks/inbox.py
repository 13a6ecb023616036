"""What waits for a person: every refused or doubtful entry, until somebody resolves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.errors import KiosksError
from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.kiosks.ruling import Ruling
from helpdesk.wire.journal_batch import EntryOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.db.transaction import Row, Value
    from helpdesk.ids import Ids
    from helpdesk.kiosks.journals import Branch
    from helpdesk.kiosks.ruling import Reason
    from helpdesk.security import KeyRing

TABLE: Final = "kiosks_exception"
NOTE_LENGTH: Final = 500
ID_LENGTH: Final = 10
_NO_BRANCH: Final = 0

_MATTER: Final = (
    "SELECT id, code, kiosk, branch, first_seq, last_seq, entries, told, found,"
    " opened_ms, resolved_ms, note FROM kiosks_exception"
)
_ADD: Final = (
    "INSERT INTO kiosks_exception (id, code, kiosk, branch, first_seq, last_seq, entries,"
    " told, found, state, opened_ms, bundle)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11)"
    " ON CONFLICT (bundle) DO UPDATE SET last_seq = CASE"
    " WHEN excluded.last_seq > kiosks_exception.last_seq THEN excluded.last_seq"
    " ELSE kiosks_exception.last_seq END,"
    " entries = kiosks_exception.entries + excluded.entries"
)


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing for a person: an entry, or the entries of a branch that share a reason.

    `told` is what the visitor saw, `found` what we found: verdict and state only.
    """

    id: str
    code: str
    kiosk: str
    branch: int
    first_seq: int
    last_seq: int
    entries: int
    told: str | None
    found: str | None
    opened: datetime
    resolved: datetime | None
    note: str

    @property
    def open(self) -> bool:
        """Whether it still waits."""
        return self.resolved is None


class Inbox:
    """Exceptions in the database; notes are sealed, because people write names into them."""

    def __init__(self, database: Database, ring: KeyRing, ids: Ids, clock: Clock) -> None:
        self._database = database
        self._sealer = ring.sealer(TABLE)
        self._ids = ids
        self._clock = clock

    async def put(
        self, tx: Transaction, branch: Branch, ruled: Sequence[tuple[int, Ruling]]
    ) -> None:
        """Put in what of these rulings (by their numbers, ascending) needs a person.

        An entry with something to compare is a matter of its own; of the others each reason is
        one matter a branch while that is open.
        """
        bundles: dict[str, list[int]] = {}
        rows: list[tuple[Value, ...]] = []
        for seq, ruling in ruled:
            if ruling.reason is None:
                continue
            if ruling.told is None:
                bundles.setdefault(ruling.reason, []).append(seq)
            else:
                rows.append(self._row(branch, [seq], ruling))
        for reason, numbers in sorted(bundles.items()):
            ruling = Ruling(EntryOutcome.REFUSED, reason)
            rows.append(self._row(branch, numbers, ruling, f"{branch.id}/{reason}"))
        if rows:
            await tx.executemany(_ADD, rows)

    async def alarm(self, tx: Transaction, branch: Branch, reason: Reason, seq: int) -> None:
        """Something is wrong from `seq` on, though there is no entry to show for it yet."""
        ruling = Ruling.refused(reason)
        row = self._row(branch, [seq], ruling, f"{branch.id}/{reason}")
        await tx.executemany(_ADD, [(*row[:6], 0, *row[7:])])

    async def alarm_without_entry(self, tx: Transaction, reason: Reason, kiosk: str = "") -> None:
        """Something is wrong with a kiosk, or with the centre, that no journal tells of.

        While it is open it is not put in again.
        """
        at = milliseconds(self._clock.now())
        row = (self._new_id(), reason, kiosk, _NO_BRANCH, 0, 0, 0, None, None, at)
        await tx.executemany(_ADD, [(*row, f"{kiosk}/{reason}")])

    async def matters(
        self, *, resolved: bool = False, after: str = "", limit: int = 100
    ) -> tuple[Matter, ...]:
        """What waits, or what was resolved, the oldest first; `after` the id of the last seen.

        Raises:
            KiosksError: `kiosks.exception` for an `after` that is no id.
        """
        since = (0, "")
        if after:
            last = await self.matter(after)
            since = (milliseconds(last.opened), last.id)
        rows = await self._database.read(
            f"{_MATTER} WHERE state = $1"
            " AND (opened_ms > $2 OR (opened_ms = $2 AND id > $3))"
            " ORDER BY opened_ms, id LIMIT $4",
            "resolved" if resolved else "open",
            *since,
            limit,
        )
        return tuple(self._matter(row) for row in rows)

    async def matter(self, id_: str) -> Matter:
        """One of them. Raises `KiosksError` `kiosks.exception` for an id that is none."""
        rows = await self._database.read(f"{_MATTER} WHERE id = $1", id_)
        if not rows:
            raise KiosksError("kiosks.exception")
        return self._matter(rows[0])

    async def resolve(self, id_: str, note: str) -> Matter:
        """A person has dealt with it and says how; saying the same again is fine.

        Raises:
            KiosksError: `kiosks.exception`; `kiosks.note` for an empty or too long one;
                `kiosks.resolved` where another note stands.
        """
        if not 0 < len(note.strip()) <= NOTE_LENGTH:
            raise KiosksError("kiosks.note", limit=str(NOTE_LENGTH))
        async with self._database.transaction() as tx:
            changed = await tx.execute(
                "UPDATE kiosks_exception SET state = 'resolved', resolved_ms = $2, note = $3,"
                " bundle = NULL WHERE id = $1 AND state = 'open'",
                id_,
                milliseconds(self._clock.now()),
                self._sealer.seal(id_, note.strip().encode()),
            )
        matter = await self.matter(id_)
        if not changed and matter.note != note.strip():
            raise KiosksError("kiosks.resolved")
        return matter

    def _new_id(self) -> str:
        return self._ids.token()[:ID_LENGTH]

    def _row(
        self, branch: Branch, numbers: Sequence[int], ruling: Ruling, bundle: str | None = None
    ) -> tuple[Value, ...]:
        return (
            self._new_id(),
            ruling.reason,
            branch.kiosk,
            branch.id,
            numbers[0],
            numbers[-1],
            len(numbers),
            ruling.told,
            ruling.found,
            milliseconds(self._clock.now()),
            bundle,
        )

    def _matter(self, row: Row) -> Matter:
        id_, code, kiosk, branch, first, last, entries, told, found, *rest = row
        opened, resolved, note = rest
        return Matter(
            id=id_,
            code=code,
            kiosk=kiosk,
            branch=branch,
            first_seq=first,
            last_seq=last,
            entries=entries,
            told=told,
            found=found,
            opened=moment_of(opened),
            resolved=None if resolved is None else moment_of(resolved),
            note="" if note is None else self._sealer.open(id_, note).decode(),
        )
