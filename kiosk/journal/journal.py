"""Writing the journal: the one way in which something durable comes into being here.

Whatever a use case keeps, it calls `append` inside the transaction of the row it keeps: both are
there or neither is. A new kind of entry is a payload model in `helpdesk.wire.journal_kinds` and
that call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from helpdesk.wire import journal_form
from helpdesk.wire.errors import WireError
from helpdesk.wire.journal_form import Header
from helpdesk.wire.journal_kinds import KINDS, Kinds
from kiosk.db.port import StoreError
from kiosk.journal.boot import UNKNOWN_BOOT
from kiosk.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.wire.journal_form import Head
    from helpdesk.wire.journal_payload import JournalPayload
    from kiosk.db.port import Connection, Transaction
    from kiosk.ids import RandomBytes
    from kiosk.journal.timekeeper import Timekeeper
    from kiosk.sealing import Sealer

TABLE = "journal_entries"
JOURNAL_BYTES = 16

_CURRENT = "SELECT number, id, base_seq, base_hash FROM journals ORDER BY number DESC LIMIT 1"
_BEGIN = """
    INSERT INTO journals (number, id, base_seq, base_hash, mark_seq)
    SELECT COALESCE(MAX(number), 0) + 1, ?, 0, ?, 0 FROM journals
"""
_LAST = "SELECT seq, hash FROM journal_entries WHERE journal = ? ORDER BY seq DESC LIMIT 1"
_INSERT = """
    INSERT INTO journal_entries (journal, seq, op_id, kind, at_ms, header, content, hash, sealed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Written:
    """The journal that is being written: its place among this machine's, its id, its head."""

    number: int
    journal: bytes
    head: Head


class Journal:
    """The writer. One journal of the machine is being written, the one begun last."""

    def __init__(
        self,
        connection: Connection,
        sealer: Sealer,
        timekeeper: Timekeeper,
        random: RandomBytes,
        kinds: Kinds = KINDS,
        policy: Policy | None = None,
    ) -> None:
        self._connection = connection
        self._sealer = sealer
        self._timekeeper = timekeeper
        self._random = random
        self._kinds = kinds
        self._policy = policy or Policy()
        self._next: int | None = None

    async def open(self) -> None:
        """Begin the first journal where there is none."""
        async with self._connection.transaction() as tx:
            if not await tx.fetch(_CURRENT):
                await self.begin(tx, self._random(JOURNAL_BYTES))

    async def begin(self, tx: Transaction, journal: bytes) -> None:
        """Begin a new journal with this id; the earlier ones stay as they are."""
        await tx.execute(_BEGIN, journal, journal_form.genesis(journal).hash)

    async def append(self, tx: Transaction, op_id: str, payload: JournalPayload) -> int:
        """Write what `payload` says; the entry's number. It counts once `tx` has committed.

        Raises:
            StoreError: `store.conflict` where `op_id` has an entry already, and as `tx.execute`.
            WireError: a payload that is too long, or of a kind that nobody knows.
        """
        stamp = await self._timekeeper.stamp(tx)
        written = await self.written(tx)
        header = Header(
            seq=self._seq(written.head),
            op_id=UUID(op_id).bytes,
            kind=payload.KIND,
            hlc=stamp.hlc.packed,
            boot_id=stamp.boot_id,
            mono_ms=stamp.mono_ms,
            at_ms=stamp.at_ms,
            clock_suspect=stamp.suspect or None,
        )
        await self._insert(tx, written, op_id, header, self._kinds.write(payload))
        return header.seq

    async def append_past(
        self, tx: Transaction, op_id: str, payload: JournalPayload, at: datetime
    ) -> None:
        """Write what happened at `at` before there was a journal; errors as `append`."""
        hlc = await self._timekeeper.tick(tx, at)
        written = await self.written(tx)
        header = Header(
            seq=written.head.seq + 1,
            op_id=UUID(op_id).bytes,
            kind=payload.KIND,
            hlc=hlc.packed,
            boot_id=UNKNOWN_BOOT,
            mono_ms=0,
            at_ms=int(at.timestamp() * 1000),
        )
        await self._insert(tx, written, op_id, header, self._kinds.write(payload))

    async def carry_over(self, tx: Transaction, header: Header, op_id: str, plain: bytes) -> None:
        """Write an earlier journal's entry again, at the end of the present one."""
        written = await self.written(tx)
        renumbered = header.model_copy(update={"seq": written.head.seq + 1})
        await self._insert(tx, written, op_id, renumbered, plain)

    async def written(self, reading: Connection | Transaction) -> Written:
        """The journal that is being written, as `reading` sees it.

        Raises:
            StoreError: `store.unusable` before `open`.
        """
        rows = await reading.fetch(_CURRENT)
        if not rows:
            raise StoreError("store.unusable", {"reason": "journal"})
        number, journal, base_seq, base_hash = rows[0]
        last = await reading.fetch(_LAST, number)
        seq, digest = last[0] if last else (base_seq, base_hash)
        return Written(number, journal, journal_form.Head(seq, digest))

    def _seq(self, head: Head) -> int:
        if self._policy.number_from_journal or self._next is None:
            self._next = head.seq
        self._next += 1
        return self._next

    async def _insert(
        self, tx: Transaction, written: Written, op_id: str, header: Header, plain: bytes
    ) -> None:
        salt = self._random(journal_form.SALT_BYTES)
        entry = journal_form.entry(header, salt, plain)
        try:
            head = journal_form.following(written.head, entry)
        except WireError as error:
            raise StoreError("store.not_saved", {"reason": error.code}) from error
        sealed = self._sealer.seal(TABLE, place(written.number, header.seq), salt + plain)
        await tx.execute(
            _INSERT,
            *(written.number, header.seq, op_id, header.kind, header.at_ms),
            *(header.to_cbor(), entry.content, head.hash, sealed),
        )


def place(number: int, seq: int) -> str:
    """What a sealed content is bound to."""
    return f"{number}/{seq}"
