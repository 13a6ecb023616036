"""The journal as its own outbox: what the server has not judged yet, and its word once it has.

The mark is how far the server said it is. It never counts as delivered what it has not judged,
and a server that was restored from an older copy lowers it: then the same entries go again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from helpdesk.wire.journal_form import SALT_BYTES, Entry, Head, read_header
from kiosk.journal.journal import TABLE, place
from kiosk.policy import Policy
from kiosk.sealing import SealError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from helpdesk.wire.journal_batch import EntryVerdict
    from kiosk.db.port import Connection, Row, Transaction
    from kiosk.journal.journal import Journal
    from kiosk.sealing import Sealer

BATCH_ENTRIES = 200
BATCH_BYTES = 1 << 20
"""Content of one batch; its message is a third longer, and the server takes 4 MiB."""

_STANDING = "SELECT base_seq, base_hash, mark_seq FROM journals WHERE number = ?"
_HASH = "SELECT hash FROM journal_entries WHERE journal = ? AND seq = ?"
_AFTER = """
    SELECT seq, header, content, sealed FROM journal_entries
    WHERE journal = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?
"""
_WAITING = """
    SELECT COUNT(*), MIN(at_ms) FROM journal_entries WHERE journal = ? AND seq > ?
"""
_JUDGE = """
    UPDATE journal_entries SET sent_at = ?, outcome = ?, reason = ?, judged_at = ?
    WHERE journal = ? AND seq = ?
"""
_NAMED = "SELECT op_id, kind FROM journal_entries WHERE journal = ? AND seq = ?"
_MARK = "UPDATE journals SET mark_seq = ? WHERE number = ?"
_FIRST_NEEDED = """
    SELECT seq FROM journal_entries
    WHERE journal = ? AND (seq > ? OR judged_at IS NULL OR judged_at >= ?)
    ORDER BY seq LIMIT 1
"""
_BASE = "UPDATE journals SET base_seq = ?, base_hash = ? WHERE number = ?"
_LET_GO = "DELETE FROM journal_entries WHERE journal = ? AND seq <= ?"
_UNTOLD = """
    SELECT journal, seq, op_id, header, sealed FROM journal_entries
    WHERE journal = ? AND (outcome IS NULL OR seq > ?) ORDER BY seq
"""
_WHOLE = """
    SELECT MAX(journal), seq, op_id, header, sealed FROM journal_entries
    WHERE ? OR outcome IS NOT 'refused' GROUP BY op_id ORDER BY MAX(journal), seq
"""
"""Of an entry that was written again the last, over all journals."""


class Held(Enum):
    """How much of what it was told the server still has."""

    MARK = "mark"
    """All up to the mark."""
    UNKNOWN = "unknown"
    """Nobody can say; what it refused once stays refused."""
    NOTHING = "nothing"
    """It was restored to before it knew us, or has another history under our name."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a journal is: its first entries let go (`base`), the server's mark, its own head."""

    number: int
    journal: bytes
    base: Head
    mark: int
    head: Head


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many entries the server has not judged, and the wall clock of the oldest (ms)."""

    count: int
    oldest_ms: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry that got its verdict, by the names a use case knows it under."""

    kind: str
    op_id: str
    verdict: EntryVerdict


class Outbox:
    """Reads the journal for the server, and keeps the server's verdicts."""

    def __init__(
        self,
        connection: Connection,
        sealer: Sealer,
        journal: Journal,
        policy: Policy | None = None,
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._journal = journal
        self._policy = policy or Policy()

    async def position(self) -> Position:
        """Where the journal is that is being written."""
        written = await self._journal.written(self._connection)
        rows = await self._connection.fetch(_STANDING, written.number)
        base_seq, base_hash, mark = rows[0]
        base = Head(base_seq, base_hash)
        return Position(written.number, written.journal, base, mark, written.head)

    async def waiting(self) -> Waiting:
        """What the server has not judged yet."""
        at = await self.position()
        ((count, oldest),) = await self._connection.fetch(_WAITING, at.number, at.mark)
        return Waiting(count, oldest)

    async def head_at(self, at: Position, seq: int) -> Head | None:
        """The head after entry `seq`; None where it is not known (let go, or not written)."""
        if seq == at.base.seq:
            return at.base
        rows = await self._connection.fetch(_HASH, at.number, seq)
        return Head(seq, rows[0][0]) if rows else None

    async def after(self, at: Position, seq: int, limit: int = BATCH_ENTRIES) -> tuple[Entry, ...]:
        """The entries from `seq` to `at`: at most `limit`, and not more than fit into a batch.

        What was written since is not among them: the server's answer is held against `at`.
        """
        rows = await self._connection.fetch(_AFTER, at.number, seq, at.head.seq, limit)
        entries: list[Entry] = []
        size = 0
        for row in rows:
            entry = self._entry(at.number, row)
            size += len(entry.plaintext or b"")
            if entries and size > BATCH_BYTES:
                break
            entries.append(entry)
        return tuple(entries)

    async def judge(
        self,
        tx: Transaction,
        at: Position,
        verdicts: Sequence[EntryVerdict],
        sent_at: datetime,
        judged_at: datetime,
    ) -> tuple[Judged, ...]:
        """Keep the server's word, with the server's time; the entries it is about."""
        judged = []
        for verdict in verdicts:
            when = (sent_at.isoformat(), verdict.outcome, verdict.reason, judged_at.isoformat())
            if await tx.execute(_JUDGE, *when, at.number, verdict.seq):
                ((op_id, kind),) = await tx.fetch(_NAMED, at.number, verdict.seq)
                judged.append(Judged(kind, op_id, verdict))
        return tuple(judged)

    async def set_mark(self, tx: Transaction, at: Position, mark: int) -> None:
        """The server is at `mark`, which may be less than it was."""
        await tx.execute(_MARK, mark, at.number)

    async def let_go(self, tx: Transaction, at: Position, mark: int, server_now: datetime) -> int:
        """Forget entries that were judged so long ago that no restored server asks for them.

        None after `mark`, where the server is now. Both moments are the server's: a wrong clock
        here forgets nothing. How many went.
        """
        until = server_now - timedelta(days=self._policy.keep_days)
        found = await tx.fetch(_FIRST_NEEDED, at.number, mark, until.isoformat())
        last = (found[0][0] if found else at.head.seq + 1) - 1
        rows = await tx.fetch(_HASH, at.number, last)
        if last <= at.base.seq or not rows:
            return 0
        await tx.execute(_BASE, last, rows[0][0], at.number)
        return await tx.execute(_LET_GO, at.number, last)

    async def begin_anew(self, tx: Transaction, journal: bytes, held: Held = Held.MARK) -> None:
        """Begin a new journal; what the server may not have is written into it once more."""
        before = await self._journal.written(tx)
        ((_, _, mark),) = await tx.fetch(_STANDING, before.number)
        if held is Held.MARK:
            untold = await tx.fetch(_UNTOLD, before.number, mark)
        else:
            untold = await tx.fetch(_WHOLE, held is Held.NOTHING)
        await self._journal.begin(tx, journal)
        for number, seq, op_id, header, sealed in untold:
            _, plain = self._content(number, seq, sealed)
            if plain is not None:
                await self._journal.carry_over(tx, read_header(header), op_id, plain)

    def _entry(self, number: int, row: Row) -> Entry:
        seq, header, content, sealed = row
        salt, plain = self._content(number, seq, sealed)
        return Entry(read_header(header), content, salt, plain)

    def _content(
        self, number: int, seq: int, sealed: bytes | None
    ) -> tuple[bytes | None, bytes | None]:
        """Salt and content; none where it was erased, or damaged: a person hears of it then."""
        if sealed is None:
            return None, None
        try:
            opened = self._sealer.open(TABLE, place(number, seq), sealed)
        except SealError:
            return None, None
        return opened[:SALT_BYTES], opened[SALT_BYTES:]
