"""Checks that wait get the server's full answer, under the id they were asked with at first.

First those that have no answer at all, then those that the data on this machine has answered.
An enrolled kiosk asks only about what the journal has told: what a visitor has been told already
is then no question that a limit could refuse. A check the server cannot answer never stands in
the way of the next, and none is dropped.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from invoices.verdict import Verdict
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from kiosk.check_book import CheckBook, KeptCheck
    from kiosk.clock import Clock
    from kiosk.verification import Verifier

logger = logging.getLogger(__name__)

DEADLINE: Final = 10.0
"""Seconds for one answer: nobody waits for it."""
LOST: Final = 2
"""So many calls in a row that find nobody end the turn."""


class Settling:
    """The use case."""

    def __init__(self, verifier: Verifier, book: CheckBook, clock: Clock) -> None:
        self._verifier = verifier
        self._book = book
        self._clock = clock
        self._failed: set[str] = set()

    async def turn(self, *, told: bool = False) -> bool:
        """Ask about each check that waits; whether none waits any more.

        With `told`, about none whose entry the server has not judged.

        Raises:
            VerifierError: the link went away; the rest waits for the next turn.
            StoreError: the book cannot be read or written.
        """
        kept = await self._book.kept(told=told)
        waiting, in_a_row = False, 0
        # Those that failed before come last, so that they hold up none of the others.
        for check in sorted(kept, key=lambda check: check.op_id in self._failed):
            try:
                waiting |= not await self._settle(check)
                in_a_row = 0
            except VerifierError as error:
                logger.info("record %s still waits: %s", check.record, error.code)
                self._failed.add(check.op_id)
                waiting, in_a_row = True, in_a_row + error.passing
                if in_a_row >= LOST:
                    raise
        return not waiting

    async def _settle(self, check: KeptCheck) -> bool:
        outcome = await self._verifier.verify(check.op_id, check.claim, DEADLINE)
        if outcome.verdict is Verdict.UNAVAILABLE:
            return False
        await self._book.complete(check.op_id, outcome, self._clock.now())
        self._failed.discard(check.op_id)
        logger.info("record %s has its answer", check.record)
        return True
