"""Takes in scans and complete claims, asks the kiosk, and shows what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from invoices.crc import CrcState
from invoices.verdict import Verdict
from tui.kiosk.desk import Desk
from tui.kiosk.ports import (
    Entry,
    InvoiceRead,
    Refused,
    SignedSlipRead,
    SlipRead,
    Summary,
    Unread,
)
from tui.kiosk.repeated_scan import LastScan, Repetition
from tui.kiosk.screens.checking import CheckingScreen
from tui.kiosk.screens.doubtful_code import DoubtfulCodeScreen
from tui.kiosk.screens.notice import NoticeScreen, no_record, problem, unread
from tui.kiosk.screens.record import RecordScreen
from tui.kiosk.screens.result import ResultScreen
from tui.kiosk.signed_slip_words import slip_notice
from tui.kiosk.told_words import summary

if TYPE_CHECKING:
    from invoices.check import Check
    from invoices.claim import Claim
    from invoices.told import Told
    from tui.kiosk.ports import Checks, ChecksToday, Ports, Reading, Records, SignedSlips
    from tui.kiosk.screen import KioskScreen

PATIENCE = 0.25
"""Seconds a check may take before the screen says that it is under way."""

RING_PAUSE = 0.25
"""Seconds between two sounds of the bell, so that they can be counted."""

BOUND = 10.0
"""Seconds after which the screen stops waiting, whatever the kiosk promised."""


class Stage(Desk, Protocol):
    """The app, as reception sees it."""

    @property
    def page(self) -> KioskScreen | None:
        """What is to see, or lies right under what was laid over it."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def show(self, page: KioskScreen) -> None:
        """Make it the page."""

    def cover(self, overlay: KioskScreen) -> None:
        """Lay it over the page."""


class Reception:
    """One check at a time. A scan that comes meanwhile waits; only the latest one does.

    A code that is read again while its answer stands, or within `Ports.repeat_seconds` after it was
    last read, is the same check: no new record, no new slip. Another code goes at once.
    """

    def __init__(self, stage: Stage, ports: Ports) -> None:
        self._stage = stage
        self._ports = ports
        self._visit = 0
        self._last = LastScan(timedelta(seconds=ports.repeat_seconds))
        self._waiting: bytes | None = None
        self.busy = False

    def receive(self, data: bytes) -> bool:
        """A scan, whatever is on the screen; whether it shows that somebody is here.

        A paper that lies under a scanner that reads on and on does not.
        """
        reading = self._ports.reader.read(data)
        code = reading.claim if isinstance(reading, InvoiceRead) else data
        page, now = self._stage.page, self._stage.now()
        if self.busy:
            if not self._last.is_code(code):
                self._waiting = data
            return True
        repetition = self._last.repetition(code, page, now)
        if repetition is Repetition.NONE:
            self._last.begin(code, now)
            self._ring(reading)
            self._take(reading)
        elif isinstance(page, ResultScreen):
            page.read_again()
        if repetition is Repetition.LATER:
            self._stage.stay()
        return repetition is not Repetition.AT_ONCE

    def forget(self) -> None:
        """The visitor has left: what is under way or waits is not shown, and goes with them."""
        self._visit += 1
        self._waiting = None
        self._last.visitor_left()
        self.busy = False
        if self._ports.slips is not None:
            self._ports.slips.visitor_left()

    def submit(self, claim: Claim, entry: Entry) -> None:
        """Check a complete claim."""
        if self._ports.checks is not None and not self.busy:
            if entry is not Entry.SCAN:
                self._last.clear()
            self._ask(self._checked(claim, entry, self._ports.checks))

    def find(self, record: str, token: str | None) -> None:
        """Look up an earlier check by its number as typed."""
        if self._ports.records is not None and not self.busy:
            self._last.clear()
            self._ask(self._found(record, token, self._ports.records))

    def go_on(self, claim: Claim) -> None:
        """From a scanned claim to its check, or to the questions that are still open."""
        if claim.missing:
            self._stage.go_verify(claim, Entry.SCAN)
            self._last.answered(self._stage.page)
        else:
            self.submit(claim, Entry.SCAN)

    def _ring(self, reading: Reading) -> None:
        """A failed scan must not be silent for those who do not see well."""
        if self._ports.bell:
            self._stage.bell()
            if isinstance(reading, Unread):
                self._stage.start(self._ring_later())

    async def _ring_later(self) -> None:
        await asyncio.sleep(RING_PAUSE)
        self._stage.bell()

    def _take_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.receive(waiting)

    def _take(self, reading: Reading) -> None:
        match reading:
            case InvoiceRead(claim=claim, crc=crc) if self._ports.checks is not None:
                if crc is CrcState.MISMATCH:
                    self._stage.show(DoubtfulCodeScreen(self._stage, claim))
                    self._last.answered(self._stage.page)
                else:
                    self.go_on(claim)
            case SlipRead(record=record, token=token) if self._ports.records is not None:
                self._ask(self._found(record, token, self._ports.records))
            case SignedSlipRead(code=code) if self._ports.signed_slips is not None:
                self._ask(self._proved(code, self._ports.signed_slips))
            case Unread(code=code, params=params):
                self._stage.show(NoticeScreen(self._stage, unread(code, params)))
            case _:
                self._stage.show(NoticeScreen(self._stage, problem("tui.no_service", {})))

    def _ask(self, question: Coroutine[object, object, KioskScreen]) -> None:
        self.busy = True
        self._stage.start(self._answer(question, self._visit))

    async def _answer(self, question: Coroutine[object, object, KioskScreen], visit: int) -> None:
        asking = asyncio.ensure_future(question)
        done, _ = await asyncio.wait({asking}, timeout=PATIENCE)
        if not done and visit == self._visit:
            self._stage.cover(CheckingScreen(self._stage))
        page = await asking
        if visit == self._visit:
            self.busy = False
            self._stage.show(page)
            if isinstance(page, ResultScreen):
                verdict = page.check.outcome.verdict
                self._last.answered(page, final=verdict is not Verdict.UNAVAILABLE)
            self._take_waiting()

    async def _checked(self, claim: Claim, entry: Entry, checks: Checks) -> KioskScreen:
        try:
            async with asyncio.timeout(BOUND):
                answer = await checks.check(claim, entry)
                today = await self._checks_today(checks, answer)
        except TimeoutError:
            answer, today = Refused("tui.timeout"), None
        if isinstance(answer, Refused):
            return NoticeScreen(self._stage, problem(answer.code, answer.params))
        return ResultScreen(self._stage, answer, scanned=entry is Entry.SCAN, today=today)

    async def _checks_today(self, checks: Checks, answer: Check | Refused) -> ChecksToday | None:
        """How many checks of the invoice there were, where somebody may want to try again."""
        if isinstance(answer, Refused) or answer.claim is None:
            return None
        if answer.outcome.verdict not in {Verdict.MISMATCH, Verdict.NOT_FOUND}:
            return None
        return await checks.checks_today(answer.claim)

    async def _proved(self, code: str, slips: SignedSlips) -> KioskScreen:
        try:
            async with asyncio.timeout(BOUND):
                slip = await slips.find(code)
                present = await self._present(slip.check)
        except TimeoutError:
            return NoticeScreen(self._stage, problem("tui.timeout", {}))
        if slip.check is not None:
            return RecordScreen(self._stage, slip.check, present, slip)
        return NoticeScreen(self._stage, slip_notice(slip, self._stage.wording))

    async def _found(self, record: str, token: str | None, records: Records) -> KioskScreen:
        try:
            async with asyncio.timeout(BOUND):
                answer = await records.find(record, token)
                present = await self._present(answer)
        except TimeoutError:
            return NoticeScreen(self._stage, problem("tui.timeout", {}))
        match answer:
            case Summary():
                return NoticeScreen(self._stage, summary(answer, self._stage.wording))
            case None:
                return NoticeScreen(self._stage, no_record(record))
            case _:
                return RecordScreen(self._stage, answer, present)

    async def _present(self, found: Check | Summary | None) -> Told | None:
        """What the invoice of a whole check is now; its number alone asks for nothing."""
        if found is None or isinstance(found, Summary) or self._ports.records is None:
            return None
        return await self._ports.records.present_state(found)
