"""Takes in scans and complete claims, asks the kiosk, and shows what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Protocol

from invoices.crc import CrcState
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
from tui.kiosk.screens.checking import CheckingScreen
from tui.kiosk.screens.doubtful_code import DoubtfulCodeScreen
from tui.kiosk.screens.notice import NoticeScreen, no_record, problem
from tui.kiosk.screens.result import Occasion, ResultScreen
from tui.kiosk.signed_slip_words import slip_notice
from tui.kiosk.told_words import summary

if TYPE_CHECKING:
    from invoices.claim import Claim
    from tui.kiosk.ports import Checks, Ports, Reading, Records, SignedSlips
    from tui.kiosk.screen import KioskScreen

PATIENCE = 0.25
"""Seconds a check may take before the screen says that it is under way."""

BOUND = 10.0
"""Seconds after which the screen stops waiting, whatever the kiosk promised."""


class Stage(Desk, Protocol):
    """The app, as reception sees it."""

    def show(self, page: KioskScreen) -> None:
        """Make it the page."""

    def cover(self, overlay: KioskScreen) -> None:
        """Lay it over the page."""

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run beside the screens; a fault in it is a fault of the app."""


class Reception:
    """One check at a time. A scan that comes meanwhile waits; only the latest one does."""

    def __init__(self, stage: Stage, ports: Ports) -> None:
        self._stage = stage
        self._ports = ports
        self._visit = 0
        self._scan: bytes | None = None
        self._waiting: bytes | None = None
        self.busy = False

    def receive(self, data: bytes) -> None:
        """A scan, whatever is on the screen."""
        if self.busy:
            if data != self._scan:  # a scanner on a stand reads the same code over and over
                self._waiting = data
            return
        self._scan = data
        self._take(self._ports.reader.read(data))

    def forget(self) -> None:
        """The visitor has left: what is still under way is not shown any more."""
        self._visit += 1
        self._scan = self._waiting = None
        self.busy = False

    def submit(self, claim: Claim, entry: Entry) -> None:
        """Check a complete claim."""
        if self._ports.checks is not None and not self.busy:
            self._ask(self._checked(claim, entry, self._ports.checks))

    def find(self, record: str, token: str | None) -> None:
        """Look up an earlier check."""
        if self._ports.records is not None and not self.busy:
            self._ask(self._found(record, token, self._ports.records))

    def go_on(self, claim: Claim) -> None:
        """From a scanned claim to its check, or to the questions that are still open."""
        if claim.missing:
            self._stage.go_verify(claim, Entry.SCAN)
        else:
            self.submit(claim, Entry.SCAN)

    def _take_waiting(self) -> None:
        waiting, self._waiting, self._scan = self._waiting, None, None
        if waiting is not None:
            self.receive(waiting)

    def _take(self, reading: Reading) -> None:
        match reading:
            case InvoiceRead(claim=claim, crc=crc) if self._ports.checks is not None:
                if crc is CrcState.MISMATCH:
                    self._stage.show(DoubtfulCodeScreen(self._stage, claim))
                else:
                    self.go_on(claim)
            case SlipRead(record=record, token=token) if self._ports.records is not None:
                self.find(record, token)
            case SignedSlipRead(code=code) if self._ports.signed_slips is not None:
                self._prove(code, self._ports.signed_slips)
            case Unread(code=code, params=params):
                self._stage.show(NoticeScreen(self._stage, problem(code, params)))
            case _:
                self._stage.show(NoticeScreen(self._stage, problem("tui.no_service", {})))

    def _prove(self, code: str, slips: SignedSlips) -> None:
        if not self.busy:
            self._ask(self._proved(code, slips))

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
            self._take_waiting()

    async def _checked(self, claim: Claim, entry: Entry, checks: Checks) -> KioskScreen:
        try:
            async with asyncio.timeout(BOUND):
                answer = await checks.check(claim, entry)
        except TimeoutError:
            answer = Refused("tui.timeout")
        if isinstance(answer, Refused):
            return NoticeScreen(self._stage, problem(answer.code, answer.params))
        return ResultScreen(self._stage, answer, Occasion.CHECKED)

    async def _proved(self, code: str, slips: SignedSlips) -> KioskScreen:
        try:
            async with asyncio.timeout(BOUND):
                slip = await slips.find(code)
        except TimeoutError:
            return NoticeScreen(self._stage, problem("tui.timeout", {}))
        if slip.check is not None:
            return ResultScreen(self._stage, slip.check, Occasion.FOUND, slip)
        return NoticeScreen(self._stage, slip_notice(slip, self._stage.wording))

    async def _found(self, record: str, token: str | None, records: Records) -> KioskScreen:
        try:
            async with asyncio.timeout(BOUND):
                answer = await records.find(record, token)
        except TimeoutError:
            return NoticeScreen(self._stage, problem("tui.timeout", {}))
        match answer:
            case Summary():
                return NoticeScreen(self._stage, summary(answer, self._stage.wording))
            case None:
                return NoticeScreen(self._stage, no_record(record))
            case _:
                return ResultScreen(self._stage, answer, Occasion.FOUND)
