"""Slips on their way to paper: which slip of which check, and what is known of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from invoices.verdict import Source, Verdict
from kiosk.errors import KioskError
from printers.errors import LedgerError, RetryError
from printers.ledger import Job, JobState

if TYPE_CHECKING:
    from invoices.check import Check
    from kiosk.check_book import CheckBook
    from kiosk.clock import Clock
    from kiosk.slip import SlipWriter
    from printers.ledger import Entry, Ledger

logger = logging.getLogger(__name__)

UNANSWERED: Final = ".0"
"""Marks the slip of a kept check: its answer, when it is there, gets a slip of its own."""
PROVISIONAL: Final = ".1"
"""Marks the slip of an answer by the data on this machine: the full one may be another."""
_COPY: Final = ".r"


class Spool(Protocol):
    """What is needed of `printers.spooler.Spooler`."""

    async def submit(self, job: Job) -> None:
        """Keep a job and print it when its turn comes; a known id changes nothing."""

    def cancel(self, job_id: str) -> None:
        """Do not print a job that still waits."""

    async def retry(self, job_id: str) -> str:
        """Print an ended job again, marked as a copy; the id of the copy."""


class PrintingError(KioskError):
    """A slip that cannot be queued: `retry.*`, `printing.no_slip`.

    `printing.no_record` where there is none, `printing.details_gone` where what stands on its
    slip was erased after its time.
    """


def record_of(job_id: str) -> str:
    """The record number whose slip, or copy of a slip, a job is."""
    return job_id.partition(".")[0]


def slip_of(check: Check) -> str:
    """The id of the slip of the answer that a check has now."""
    if check.outcome.verdict is Verdict.UNAVAILABLE:
        return check.record + UNANSWERED
    return check.record + (PROVISIONAL if check.outcome.source is Source.PACK else "")


def original_of(job_id: str) -> str:
    """The id of the slip that a job is, or is a copy of."""
    return job_id.partition(_COPY)[0]


@dataclass(frozen=True, slots=True)
class Printing:
    """Queues slips; `expire` is the seconds after which a waiting slip is given up."""

    spool: Spool
    ledger: Ledger
    book: CheckBook
    writer: SlipWriter
    clock: Clock
    expire: float

    async def print(self, record: str) -> Entry:
        """Queue the slip of a check and tell what is known of it; asking again adds none.

        One that never came to the printer is queued anew, marked as a copy.

        Raises:
            PrintingError: no such record, or the queue cannot be kept.
            StoreError: the record cannot be read.
        """
        check = await self._check(record)
        job = self._job(check)
        with _told():
            await self.spool.submit(job)
            entry = await self.ledger.find(job.job_id)
            if entry is not None and entry.state is JobState.FAILED:
                entry = await self.ledger.find(await self.spool.retry(job.job_id))
        if entry is None:
            raise PrintingError("printing.no_slip")
        return entry

    def cancel(self, job_id: str) -> None:
        """Whom a slip was for does not wait for it any more."""
        self.spool.cancel(job_id)

    async def reprint(self, record: str) -> str:
        """Print a check's slip once more, marked as a copy; the id of the job.

        Raises:
            PrintingError: no such record, its slip is still under way, or was never asked for
                and cannot be queued now.
        """
        check = await self._check(record)
        job = self._job(check)
        with _told():
            if await self.ledger.find(job.job_id):
                return await self.spool.retry(job.job_id)
            await self.spool.submit(job)
        return job.job_id

    async def _check(self, record: str) -> Check:
        check = await self.book.find(record)
        if check is None:
            known = await self.book.summary(record) is not None
            code = "printing.details_gone" if known else "printing.no_record"
            raise PrintingError(code, {"record": record})
        return check

    def _job(self, check: Check) -> Job:
        now = self.clock.now()
        return Job(
            job_id=slip_of(check),
            document=self.writer.write(check),
            created_at=now,
            expires_at=now + timedelta(seconds=self.expire),
        )


@contextmanager
def _told() -> Iterator[None]:
    """The spooler's errors as ours. A ledger that fails took no slip; the check itself is kept."""
    try:
        yield
    except LedgerError as error:
        logger.error("the print ledger fails: %s", error.code)  # noqa: TRY400 - coded
        raise PrintingError("printing.no_slip") from error
    except RetryError as error:
        raise PrintingError(error.code, error.params) from error
