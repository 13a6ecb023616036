"""One owner of one printer: takes slips, prints each at most once, and says what came of it.

Why no slip is ever printed twice by itself: that sending begins is committed before the first
byte goes out, and a job once begun is never sent again; it ends as sent, confirmed or doubtful,
also over a restart. Why no old slips come in a burst: printers keep what they are sent while
out of paper, so nothing is sent before the printer says it is ready, and a slip that waited
past its time fails. Printing again is for staff to ask, and the copy says that it is one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from printers.device import SendOutcome, SendResult
from printers.errors import DocumentError, LedgerError, RetryError
from printers.ledger import OPEN, Entry, Job, JobState, Ledger, Reason

if TYPE_CHECKING:
    from datetime import datetime

    from printers.document import Document
    from printers.status import PrinterStatus

logger = logging.getLogger(__name__)

_ENDS = {
    SendResult.SENT: JobState.SENT,
    SendResult.CONFIRMED: JobState.CONFIRMED,
    SendResult.DOUBTFUL: JobState.DOUBTFUL,
}


class Clock(Protocol):
    """The kiosk's clock."""

    def now(self) -> datetime:
        """The present moment, UTC."""


class Device(Protocol):
    """What the spooler needs of a printer; `printers.device.Printer` has it."""

    async def encode(self, document: Document) -> bytes:
        """The bytes of a slip, or `DocumentError`."""

    async def status(self) -> PrinterStatus:
        """How the printer is now."""

    async def send(self, data: bytes) -> SendOutcome:
        """Send a slip once."""

    def distrust(self) -> None:
        """Expect the remains of a slip in the printer."""

    async def close(self) -> None:
        """Let go of the printer."""


@dataclass(frozen=True, slots=True)
class JobChange:
    """What became of a job; a queued one with a reason waits for its printer."""

    job_id: str
    state: JobState
    reason: str = ""


OnChange = Callable[[JobChange], None]
"""Called on the event loop at every change; must not raise."""


class Spooler:
    """Prints the open jobs of a ledger, one after the other; `poll` seconds between two looks."""

    def __init__(
        self,
        printer: Device,
        ledger: Ledger,
        clock: Clock,
        on_change: OnChange,
        poll: float = 1.0,
    ) -> None:
        self._printer = printer
        self._ledger = ledger
        self._clock = clock
        self._on_change = on_change
        self._poll = poll
        self._waiting = ""
        self._queued: tuple[Job, ...] = ()
        self._cancelled: set[str] = set()
        self._wake = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> str:
        """Why slips wait, as last seen: a `PrinterState` or `Reason`; empty when they do not."""
        return self._waiting

    async def start(self) -> None:
        """Settle what a former process left behind, then print.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        for entry in await self._ledger.open_jobs():
            if entry.state is JobState.SENDING:
                self._printer.distrust()
                await self._record(entry.job, JobState.DOUBTFUL, Reason.RESTART)
        await self._expire()
        self._task = asyncio.create_task(self._run(), name="spooler")

    async def submit(self, job: Job) -> None:
        """Keep a job and print it when its turn comes; a known id changes nothing.

        Raises:
            LedgerError: when it could not be kept; it will not be printed then.
        """
        try:
            if await self._ledger.add(job):
                self._on_change(JobChange(job.job_id, JobState.QUEUED, self._waiting))
        finally:
            self._wake.set()  # a cancelled caller may have added it all the same

    def cancel(self, job_id: str) -> None:
        """Do not print a job that still waits; one that is on its way is printed all the same."""
        self._cancelled.add(job_id)
        self._wake.set()

    async def retry(self, job_id: str) -> str:
        """Print an ended job again, marked as a copy; the id of the copy.

        While a copy of it is still open, asking again gives that one.

        Raises:
            RetryError: `retry.unknown`, `retry.open` (not ended yet) or `retry.unmarked`.
            LedgerError: when the ledger cannot be used.
        """
        original = await self._ended(job_id)
        number = 1
        while (copy := await self._ledger.find(f"{original.job_id}.r{number}")) is not None:
            if copy.state in OPEN:
                return copy.job.job_id
            number += 1
        job = self._copy(original, number)
        await self.submit(job)
        return job.job_id

    async def close(self, grace: float = 3.0) -> None:
        """Stop; a slip on its way gets `grace` seconds, then it is doubtful at the next start."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=grace)
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._printer.close()

    async def ended(self) -> None:
        """Wait for its end; raises the error that ended it, which is a bug: slips would wait."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        while not self._closing:
            self._wake.clear()
            try:
                settled = await self._step()
            except LedgerError:
                self._announce(Reason.LEDGER)
                settled = False
            if not settled:
                await self._pause(self._poll)
            elif not self._queued:
                await self._pause(None)

    async def _step(self) -> bool:
        """Try one job; false when it is better to wait a moment."""
        await self._expire()
        if not self._queued and not self._waiting:
            return True
        status = await self._printer.status()
        self._announce("" if status.printable else status.state)
        if not status.printable:
            return False
        if self._queued and self._queued[0].job_id not in self._cancelled:
            return await self._print(self._queued[0])
        return True

    async def _print(self, job: Job) -> bool:
        try:
            data = await self._printer.encode(job.document)
        except DocumentError as error:
            await self._record(job, JobState.FAILED, error.code)
            return True
        await self._record(job, JobState.SENDING, "")
        outcome = await self._printer.send(data)
        if outcome.result is SendResult.NOT_SENT:
            await self._insist(job, JobState.QUEUED, outcome.reason)
            self._announce(outcome.reason)
            return False
        await self._insist(job, _ENDS[outcome.result], outcome.reason)
        return True

    async def _insist(self, job: Job, state: JobState, reason: str) -> None:
        """Record what has happened on paper, however long the ledger takes."""
        while True:
            try:
                await self._record(job, state, reason)
            except LedgerError:
                self._announce(Reason.LEDGER)
                await asyncio.sleep(self._poll)
            else:
                return

    async def _record(self, job: Job, state: JobState, reason: str) -> None:
        await self._ledger.update(job.job_id, state, reason)
        if state in {JobState.DOUBTFUL, JobState.FAILED}:
            logger.warning("a slip is %s: %s", state, reason)
        if state is not JobState.QUEUED:
            self._cancelled.discard(job.job_id)
            self._queued = tuple(other for other in self._queued if other.job_id != job.job_id)
        self._on_change(JobChange(job.job_id, state, reason))

    async def _expire(self) -> None:
        """Read the queue; slips that waited too long, or are waited for no more, fail."""
        now = self._clock.now()
        entries = await self._ledger.open_jobs()
        self._queued = tuple(entry.job for entry in entries if entry.state is JobState.QUEUED)
        for job in self._queued:
            if job.job_id in self._cancelled:
                await self._record(job, JobState.FAILED, Reason.CANCELLED)
            elif job.expires_at <= now:
                await self._record(job, JobState.FAILED, Reason.EXPIRED)

    def _announce(self, reason: str) -> None:
        """Tell once that the printer keeps slips waiting, and once that it does no more."""
        if reason == self._waiting:
            return
        self._waiting = reason
        if reason:
            logger.warning("slips wait for the printer: %s", reason)
        else:
            logger.info("the printer is back")
        for job in self._queued:
            self._on_change(JobChange(job.job_id, JobState.QUEUED, reason))

    async def _pause(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _ended(self, job_id: str) -> Job:
        """The original of an ended job or of its copy."""
        entry = await self._found(job_id)
        if entry.state in OPEN:
            raise RetryError("retry.open")
        if entry.job.copy_of is not None:
            entry = await self._found(entry.job.copy_of)
        return entry.job

    async def _found(self, job_id: str) -> Entry:
        entry = await self._ledger.find(job_id)
        if entry is None:
            raise RetryError("retry.unknown")
        return entry

    def _copy(self, original: Job, number: int) -> Job:
        try:
            document = original.document.as_reprint()
        except DocumentError as error:
            raise RetryError("retry.unmarked") from error
        now = self._clock.now()
        return Job(
            job_id=f"{original.job_id}.r{number}",
            document=document,
            created_at=now,
            expires_at=now + (original.expires_at - original.created_at),
            copy_of=original.job_id,
        )
