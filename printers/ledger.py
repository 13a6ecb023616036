"""The print ledger: what was asked of the printer, and what is known to have come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from printers.document import Document


class JobState(StrEnum):
    """Where a slip is.

    `SENDING` is kept before the first byte goes out, so that a crash leaves a trace.
    `SENT` is the best that a device without answers can reach.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a job is doubtful or failed; where the printer said why, its `PrinterState` stands.

    A document that cannot be printed fails with the code of its error.
    """

    CANCELLED = "cancelled"
    """Failed: whom it was for does not wait for it any more; nothing was printed."""
    EXPIRED = "expired"
    """Failed: it waited so long that nobody wants it any more; nothing was printed."""
    RESTART = "restart"
    """Doubtful: the process ended while the slip was on its way."""
    DROPPED = "dropped"
    """Doubtful: the connection broke while sending, or before the printer had answered."""
    STALLED = "stalled"
    """Doubtful: the printer stopped taking bytes."""
    SILENT = "silent"
    """Doubtful: all bytes went out and no answer came back."""
    LEDGER = "ledger"
    """Waiting: the record that sending begins could not be kept, so it did not begin."""


OPEN = frozenset({JobState.QUEUED, JobState.SENDING})
"""States that are not the end; the others never change again."""


@dataclass(frozen=True, slots=True)
class Job:
    """One slip to print once. Times are UTC; a copy names the job it repeats."""

    job_id: str
    document: Document
    created_at: datetime
    expires_at: datetime
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A job with what is known of it; `reason` says why for doubtful and failed ones."""

    job: Job
    state: JobState = JobState.QUEUED
    reason: str = ""


class Ledger(Protocol):
    """A durable list of entries; a call is committed when it returns, or raises `LedgerError`."""

    async def add(self, job: Job) -> bool:
        """Keep a new job as queued; false, and nothing changed, where its id is known."""

    async def update(self, job_id: str, state: JobState, reason: str) -> None:
        """Replace what is known of a job."""

    async def open_jobs(self) -> tuple[Entry, ...]:
        """The queued and sending ones, in the order in which they were added."""

    async def find(self, job_id: str) -> Entry | None:
        """One entry, `None` where the id is unknown."""


class MemoryLedger:
    """A ledger that lasts as long as its object: for tests, and for a restart within one."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    async def add(self, job: Job) -> bool:
        """Keep a new job as queued."""
        if job.job_id in self._entries:
            return False
        self._entries[job.job_id] = Entry(job)
        return True

    async def update(self, job_id: str, state: JobState, reason: str) -> None:
        """Replace what is known of a job."""
        self._entries[job_id] = replace(self._entries[job_id], state=state, reason=reason)

    async def open_jobs(self) -> tuple[Entry, ...]:
        """The queued and sending ones, oldest first."""
        return tuple(entry for entry in self._entries.values() if entry.state in OPEN)

    async def find(self, job_id: str) -> Entry | None:
        """One entry."""
        return self._entries.get(job_id)
