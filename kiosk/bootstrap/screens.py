"""The kiosk's use cases in the shape the screens ask for: nothing but translation."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.wire.errors import WireError
from invoices.check import Check
from invoices.errors import InvoiceError
from kiosk.check_book import Entry
from kiosk.db.port import StoreError
from kiosk.errors import KioskError
from kiosk.printing import original_of, record_of, slip_of
from kiosk.reader import InvoiceScan, SignedSlipScan, read_text
from kiosk.scanners.decoding import decode
from printers.ledger import JobState
from tui.kiosk.ports import (
    ChecksToday,
    Health,
    InvoiceRead,
    Link,
    Reading,
    Refused,
    SignedSlipRead,
    SlipRead,
    SlipShown,
    SlipState,
    Stop,
    Summary,
    Unread,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpdesk.wire.site import Site
    from invoices.claim import Claim
    from invoices.told import Told
    from kiosk.present_state import PresentState
    from kiosk.printing import Printing
    from kiosk.records import Records
    from kiosk.status import StatusBoard, Surroundings
    from kiosk.verification import Verification
    from tui.kiosk import ports

logger = logging.getLogger(__name__)

_SHOWN = {
    JobState.QUEUED: SlipState.QUEUED,
    JobState.SENDING: SlipState.PRINTING,
    JobState.SENT: SlipState.PRINTED,
    JobState.CONFIRMED: SlipState.PRINTED,
    JobState.DOUBTFUL: SlipState.DOUBTFUL,
    JobState.FAILED: SlipState.FAILED,
}


class ScanReader:
    """`Reader`: bytes of one scan to what they name; `site` is asked for each."""

    def __init__(self, site: Callable[[], Site | None] = lambda: None) -> None:
        self._site = site

    def read(self, scan: bytes) -> Reading:
        """Never raises."""
        try:
            found = read_text(decode(scan), self._site())
        except (KioskError, InvoiceError, WireError) as error:
            return Unread(error.code, dict(error.params))
        if isinstance(found, InvoiceScan):
            return InvoiceRead(found.claim, found.crc)
        if isinstance(found, SignedSlipScan):
            return SignedSlipRead(found.code)
        return SlipRead(found.record, found.token)


class CheckDesk:
    """`Checks`: a check, or why it could not be kept. `kept` is told of one without verdict."""

    def __init__(self, verification: Verification, checked: Callable[[Check], None]) -> None:
        self._verification = verification
        self._checked = checked

    async def check(self, claim: Claim, entry: ports.Entry) -> Check | Refused:
        """Ask and keep."""
        try:
            check = await self._verification.check(claim, Entry(entry.value))
        except KioskError as error:
            logger.error("a check was not kept: %s %s", error.code, dict(error.params))  # noqa: TRY400 - coded
            return _not_saved(error)
        self._checked(check)
        return check

    async def checks_today(self, claim: Claim) -> ChecksToday | None:
        """How often the invoice was checked here today."""
        try:
            made, limit = await self._verification.checks_today(claim)
        except KioskError as error:
            logger.error("the checks of today are not known: %s", error.code)  # noqa: TRY400 - coded
            return None
        return None if limit is None else ChecksToday(made, limit)


class RecordDesk:
    """`Records`: earlier checks. An unreadable database is as good as an unknown number.

    `found` is told of a whole check before it is shown.
    """

    def __init__(
        self,
        records: Records,
        present_state: PresentState,
        found: Callable[[Check], None] = lambda _: None,
    ) -> None:
        self._records = records
        self._present_state = present_state
        self._found = found

    async def find(self, record: str, token: str | None) -> Check | Summary | None:
        """The check with its token, its summary without, or nothing."""
        try:
            found = await self._records.find(record, token)
        except KioskError as error:
            logger.error("records cannot be read: %s", error.code)  # noqa: TRY400 - coded
            return None
        if isinstance(found, Check):
            self._found(found)
        if found is None or isinstance(found, Check):
            return found
        return Summary(found.record, found.at, found.told)

    async def present_state(self, check: Check) -> Told | None:
        """What its invoice is now, by whoever can be asked."""
        return await self._present_state.of(check)


REMEMBERED = 256
"""Slips whose state is at hand; an older one's is in the ledger when it is asked for again."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The job a state is of, and the state."""

    job_id: str
    shown: SlipShown

    @property
    def slip(self) -> str:
        """The slip that the job is, or is a copy of."""
        return original_of(self.job_id)


class SlipDesk:
    """`Slips`: what became of each slip, by its record number. `heard` takes the spooler's news."""

    def __init__(self) -> None:
        self._printing: Printing | None = None
        self._states: dict[str, _Known] = {}
        self._listeners: dict[object, tuple[str, Callable[[SlipShown], None]]] = {}
        self._asked: set[str] = set()
        self._abandoned: set[str] = set()

    def attach(self, printing: Printing) -> None:
        """The use case; it comes second, since its spooler tells this desk the news."""
        self._printing = printing

    async def print(self, record: str) -> SlipShown | Refused:
        """Queue the slip of a saved check."""
        if self._printing is None:
            return Refused("printing.no_printer")
        self._asked.add(record)
        self._abandoned.discard(record)
        try:
            entry = await self._printing.print(record)
        except KioskError as error:
            logger.error("a slip was not queued: %s", error.code)  # noqa: TRY400 - coded
            return Refused(error.code, dict(error.params))
        self.heard(entry.job.job_id, entry.state, entry.reason or self._reason(record))
        return self._states[record].shown

    def found(self, check: Check) -> None:
        """An earlier check is looked at: the slip of an answer it had before is not its slip."""
        known = self._states.get(check.record)
        if known is not None and known.slip != slip_of(check):
            del self._states[check.record]

    def visitor_left(self) -> None:
        """The slips of this visit that wait for the printer, now or in a moment, are cancelled."""
        self._abandoned, self._asked = self._asked, set()
        for record in self._abandoned & self._states.keys():
            self._cancel_if_waiting(record)

    def state(self, record: str) -> SlipShown | None:
        """The slip's state now."""
        known = self._states.get(record)
        return None if known is None else known.shown

    def watch(self, record: str, heard: Callable[[SlipShown], None]) -> Stop:
        """Call `heard` at every change."""
        key = object()
        self._listeners[key] = (record, heard)
        return lambda: self._listeners.pop(key, None) and None

    def heard(self, job_id: str, state: JobState, reason: str) -> None:
        """The spooler's news of one job."""
        record = record_of(job_id)
        shown = _shown(state, reason)
        before = self._states.pop(record, None)
        self._states[record] = _Known(job_id, shown)
        if record in self._abandoned:
            self._cancel_if_waiting(record)
        if len(self._states) > REMEMBERED:
            del self._states[next(iter(self._states))]
        if before is not None and before.shown == shown:
            return
        for wanted, heard in tuple(self._listeners.values()):
            if wanted == record:
                heard(shown)

    def _cancel_if_waiting(self, record: str) -> None:
        known = self._states[record]
        if known.shown.state is SlipState.WAITING and self._printing is not None:
            self._printing.cancel(known.job_id)

    def _reason(self, record: str) -> str:
        """Why it waits, as the spooler said when it took the job."""
        shown = self.state(record)
        return shown.reason if shown else ""


class HealthDesk:
    """`Status`: link, printer and scanner as last known."""

    def __init__(self, board: StatusBoard) -> None:
        self._board = board

    def health(self) -> Health:
        """The present state."""
        return _health(self._board.now)

    def watch(self, heard: Callable[[Health], None]) -> Stop:
        """Call `heard` at every change."""
        return self._board.watch(lambda now: heard(_health(now)))


def _not_saved(error: KioskError) -> Refused:
    """To a visitor all faults of the store are one: this check does not count."""
    if not isinstance(error, StoreError):
        return Refused(error.code, dict(error.params))
    return Refused("store.not_saved", {"reason": error.params.get("reason", error.code)})


def _health(now: Surroundings) -> Health:
    return Health(Link(now.link.value), now.since, now.printer, now.scanner, now.data_as_of)


def _shown(state: JobState, reason: str) -> SlipShown:
    if state is JobState.QUEUED and reason:
        return SlipShown(SlipState.WAITING, reason)
    return SlipShown(_SHOWN[state], reason)
