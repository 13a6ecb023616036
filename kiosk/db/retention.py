"""How long this machine keeps what it knows of invoices: days, and nothing after a fence.

A kiosk stands in a public hall with its key beside its database. What the server has judged is
the server's to keep; here the details go after `keep`, counted by the server's clock from its
verdict, so that no wrong clock forgets anything. A record's number, time and verdict, which
anybody may see who knows the number, stay as long as a slip can count.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.wire.trust_list import CERTIFICATE_LIFETIME

if TYPE_CHECKING:
    from kiosk.db.port import Connection, Transaction

logger = logging.getLogger(__name__)

SLIP_LIFETIME: Final = CERTIFICATE_LIFETIME
"""The longest that a slip counts; after it nothing asks for its record any more."""
BATCH: Final = 500
"""Checks a transaction, so that nobody who stands at the screen waits for them."""

_ERASED: Final = "payload = x'', identity = x''"
_DELIVERED: Final = "payload <> x'' AND delivery IN ('answered', 'refused')"
_DUE = f"""
    SELECT op_id, record FROM checks WHERE {_DELIVERED} AND
        COALESCE((SELECT CASE WHEN judged_at IS NULL THEN 0 ELSE judged_at < ? END
            FROM journal_entries AS entry
            WHERE entry.op_id = checks.op_id ORDER BY entry.journal DESC LIMIT 1), at < ?)
    ORDER BY seq LIMIT ?
"""  # noqa: S608 - constants
"""Those that have been judged long enough. Without an entry: that was let go, long after its
verdict, or the check is of before there was a journal and could not be opened."""
_JUDGED = f"""
    SELECT op_id, record FROM checks WHERE {_DELIVERED} AND
        COALESCE((SELECT outcome IS NOT NULL FROM journal_entries AS entry
            WHERE entry.op_id = checks.op_id ORDER BY entry.journal DESC LIMIT 1), 1)
    ORDER BY seq LIMIT ?
"""  # noqa: S608 - constants
_ERASE = f"UPDATE checks SET {_ERASED} WHERE op_id = ?"  # noqa: S608 - constants
_SLIPS = """
    DELETE FROM slips WHERE job_id >= ? AND job_id < ? AND state NOT IN ('queued', 'sending')
"""
_TRIALS = """
    DELETE FROM slips WHERE created_at < ? AND state NOT IN ('queued', 'sending')
        AND NOT EXISTS (SELECT 1 FROM checks
            WHERE checks.record = substr(slips.job_id, 1, instr(slips.job_id || '.', '.') - 1))
"""
_OLD = "DELETE FROM checks WHERE payload = x'' AND at < ?"
_ALL_SLIPS = "DELETE FROM slips"
_ENTRIES = "UPDATE journal_entries SET sealed = NULL WHERE outcome IS NOT NULL"
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
"""Until then SQLite's log holds the rows as they were."""


class Retention:
    """Erases what has had its time; `keep` after the server's verdict."""

    def __init__(self, connection: Connection, keep: timedelta) -> None:
        self._connection = connection
        self._keep = keep

    async def prune(self, server_now: datetime) -> int:
        """Erase the details of checks, and their slips, whose time is over; how many checks.

        None that the server has not judged, however old. `server_now` is a moment that the
        server has said.

        Raises:
            StoreError: the disk fails; what was not erased is the next time.
        """
        until = (server_now - self._keep).isoformat()
        erased = 0
        while found := await self._erase(_DUE, until, until, BATCH):
            erased += found
        async with self._connection.transaction() as tx:
            gone = await tx.execute(_TRIALS, until)
            gone += await tx.execute(_OLD, (server_now - SLIP_LIFETIME).isoformat())
        if erased or gone:
            await self._connection.fetch(_EMPTY_LOG)
            logger.info("details of %d checks are erased", erased)
        return erased

    async def erase_delivered(self, *, journal: bool) -> None:
        """Erase at once what the server has: the kiosk was fenced.

        With `journal` also the content of judged entries: nothing is left that it will be asked
        for again. The chain of hashes holds without it.

        Raises:
            StoreError: the disk fails.
        """
        while await self._erase(_JUDGED, BATCH):
            pass
        async with self._connection.transaction() as tx:
            await tx.execute(_ALL_SLIPS)
            if journal:
                await tx.execute(_ENTRIES)
        await self._connection.fetch(_EMPTY_LOG)

    async def _erase(self, due: str, *args: str | int) -> int:
        async with self._connection.transaction() as tx:
            found = await tx.fetch(due, *args)
            for op_id, record in found:
                await tx.execute(_ERASE, op_id)
                await _drop_slips(tx, record)
        return len(found)


async def _drop_slips(tx: Transaction, record: str) -> None:
    """The slips of a record: their ids are its number, or begin with it and a full stop."""
    await tx.execute(_SLIPS, record, f"{record}/")
