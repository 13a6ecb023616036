"""The print ledger in SQL, beside the checks whose slips it tells of."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from kiosk.db.port import StoreError
from kiosk.sealing import SealError
from kiosk.slip_form import dump, load
from printers.errors import LedgerError
from printers.ledger import Entry, Job, JobState

if TYPE_CHECKING:
    from kiosk.db.port import Connection, Row
    from kiosk.sealing import Sealer

logger = logging.getLogger(__name__)

TABLE = "slips"

_ADD = """
    INSERT INTO slips (job_id, copy_of, created_at, expires_at, state, reason, document)
    VALUES (?, ?, ?, ?, 'queued', '', ?)
    ON CONFLICT (job_id) DO NOTHING
"""
_UPDATE = "UPDATE slips SET state = ?, reason = ? WHERE job_id = ?"
_OPEN = """
    SELECT job_id, copy_of, created_at, expires_at, state, reason, document FROM slips
    WHERE state IN ('queued', 'sending') ORDER BY position
"""
_FIND = """
    SELECT job_id, copy_of, created_at, expires_at, state, reason, document FROM slips
    WHERE job_id = ?
"""


class SqlLedger:
    """`printers.ledger.Ledger` in the kiosk's database; documents are sealed."""

    def __init__(self, connection: Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    async def add(self, job: Job) -> bool:
        """Keep a new job as queued; false where its id is known."""
        document = self._sealer.seal(TABLE, job.job_id, dump(job.document))
        times = (job.created_at.isoformat(), job.expires_at.isoformat())
        with _as_ledger_error():
            async with self._connection.transaction() as tx:
                added = await tx.execute(_ADD, job.job_id, job.copy_of, *times, document)
        return added == 1

    async def update(self, job_id: str, state: JobState, reason: str) -> None:
        """Replace what is known of a job."""
        with _as_ledger_error():
            async with self._connection.transaction() as tx:
                await tx.execute(_UPDATE, state, reason, job_id)

    async def open_jobs(self) -> tuple[Entry, ...]:
        """The queued and sending ones, in the order in which they were added."""
        with _as_ledger_error():
            rows = await self._connection.fetch(_OPEN)
        return tuple([entry for row in rows if (entry := await self._open_entry(row))])

    async def find(self, job_id: str) -> Entry | None:
        """One entry, `None` where the id is unknown."""
        with _as_ledger_error():
            rows = await self._connection.fetch(_FIND, job_id)
        return self._entry(rows[0]) if rows else None

    async def _open_entry(self, row: Row) -> Entry | None:
        """One row; a damaged one fails, so that it holds up none of the others."""
        try:
            return self._entry(row)
        except SealError as error:
            logger.error("slip %s cannot be opened", row[0])  # noqa: TRY400 - nothing to trace
            await self.update(row[0], JobState.FAILED, error.code)
            return None

    def _entry(self, row: Row) -> Entry:
        job_id, copy_of, created_at, expires_at, state, reason, document = row
        job = Job(
            job_id=job_id,
            document=load(self._sealer.open(TABLE, job_id, document)),
            created_at=datetime.fromisoformat(created_at),
            expires_at=datetime.fromisoformat(expires_at),
            copy_of=copy_of,
        )
        return Entry(job, JobState(state), reason)


@contextmanager
def _as_ledger_error() -> Iterator[None]:
    """The spooler knows its own errors only."""
    try:
        yield
    except StoreError as error:
        raise LedgerError(error.code, **error.params) from error
