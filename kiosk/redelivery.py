"""Kept checks get their answer once the server is back: one task, oldest first.

A round asks about each kept check under its first op_id. A round with a fault is followed by
a pause that doubles up to `LONGEST`, with jitter so that kiosks do not all come back at once;
one without is followed by sleep until woken. A check the server cannot answer never stands in
the way of the next, and none is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from invoices.verdict import Verdict
from kiosk.errors import KioskError
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.check_book import CheckBook, KeptCheck
    from kiosk.clock import Clock
    from kiosk.verification import Verifier

logger = logging.getLogger(__name__)

SHORTEST = 2.0
LONGEST = 60.0
DEADLINE = 10.0
"""Seconds for one answer: nobody waits for it."""


class Redelivery:
    """The task that completes kept checks; `chance` gives numbers from 0 up to 1."""

    def __init__(
        self,
        verifier: Verifier,
        book: CheckBook,
        clock: Clock,
        chance: Callable[[], float],
        shortest: float = SHORTEST,
    ) -> None:
        self._verifier = verifier
        self._book = book
        self._clock = clock
        self._chance = chance
        self._shortest = shortest
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A check was kept, or the link is back: begin a round now."""
        self._wake.set()

    async def run(self) -> None:
        """Go round for ever; cancel it to end it."""
        pause = self._shortest
        while True:
            self._wake.clear()
            if await self._round():
                pause = self._shortest
                await self._wake.wait()
            elif not await self._woken(pause):
                # Only time makes pauses longer: visitors who come in a row wake us early.
                pause = min(pause * 2, LONGEST)

    async def _woken(self, pause: float) -> bool:
        """Whether somebody ended the pause: half of it for sure, the rest by chance."""
        try:
            await asyncio.wait_for(self._wake.wait(), pause * (1 + self._chance()) / 2)
        except TimeoutError:
            return False
        return True

    async def _round(self) -> bool:
        """Whether nothing went wrong."""
        try:
            return all([await self._deliver(check) for check in await self._book.kept()])
        except KioskError as error:
            logger.warning("kept checks must wait: %s", error.code)
            return False

    async def _deliver(self, check: KeptCheck) -> bool:
        try:
            outcome = await self._verifier.verify(check.op_id, check.claim, DEADLINE)
        except VerifierError as error:
            logger.info("record %s still waits: %s", check.record, error.code)
            return False
        if outcome.verdict is Verdict.UNAVAILABLE:
            return False
        await self._book.complete(check.op_id, outcome, self._clock.now())
        logger.info("record %s has its answer", check.record)
        return True
