"""The main job: refuse what needs no registry, ask the verifier in time, keep what came of it.

A check has `Budget.whole` seconds. The first try may use `Budget.first` of them; where it met a
fault that passes by itself (refused, reset, busy, no answer yet), a short pause follows and
one more try, under the same op_id, with all that is left. A server that answered the first try
after we had stopped listening therefore counts the two as one. Then the data on this machine are
asked, and at once where the link is known to be down. Where they cannot tell either, the outcome
is `unavailable`. Whatever the server has not answered is kept for `kiosk.sync`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from invoices.advice import advice_for
from invoices.outcome import Outcome
from invoices.rules import Policy, refusal
from invoices.verdict import Source, Verdict
from kiosk.check_book import Delivery, Entry, NewCheck
from kiosk.errors import KioskError
from kiosk.policy import Policy as Safeguards

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from invoices.check import Check
    from invoices.claim import Claim
    from kiosk.check_book import CheckBook
    from kiosk.clock import Clock
    from kiosk.ids import Ids

logger = logging.getLogger(__name__)

BELIEVED_SINCE = date(2026, 1, 1)
"""A clock that shows an earlier day has lost its time: then the server alone decides."""


class VerifierError(KioskError):
    """No verdict could be had. `passing`: a fault that may be gone a moment later."""

    def __init__(self, code: str, *, passing: bool, status: int = 0) -> None:
        super().__init__(code, {"status": str(status)} if status else {})
        self.passing = passing


class Verifier(Protocol):
    """Whoever can tell what an invoice is worth: the server, a pack, a service upstream."""

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        """The outcome, within `deadline` seconds; asking again under one op_id counts once.

        Raises:
            VerifierError: no verdict could be had.
        """


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds a visitor waits for a verdict."""

    whole: float = 1.5
    first: float = 0.9
    pause: float = 0.1
    least: float = 0.2
    """A try with less time than this is not begun."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """What answers when the server does not; `reachable` says whether to ask it first."""

    verifier: Verifier
    reachable: Callable[[], bool]


class Verification:
    """Checks invoices. Every check that was begun ends in the book, whatever came of it.

    `rules` gives those that count now: the server may change them at any moment.
    `clock_wrong` tells whether the server has found the machine's clock to be so.
    """

    def __init__(
        self,
        verifier: Verifier,
        book: CheckBook,
        clock: Clock,
        ids: Ids,
        sleep: Callable[[float], Awaitable[None]],
        rules: Callable[[], Policy] = Policy,
        budget: Budget | None = None,
        *,
        safeguards: Safeguards | None = None,
        fallback: Fallback | None = None,
        clock_wrong: Callable[[], bool] = lambda: False,
    ) -> None:
        self._verifier = verifier
        self._book = book
        self._clock = clock
        self._ids = ids
        self._sleep = sleep
        self._rules = rules
        self._budget = budget or Budget()
        self._safeguards = safeguards or Safeguards()
        self._fallback = fallback
        self._clock_wrong = clock_wrong

    async def check(self, claim: Claim, entry: Entry, *, offline: bool = False) -> Check:
        """Ask and keep; committed when it returns. `offline`: the server is not asked.

        Raises:
            StoreError: the check could not be kept; nothing may be shown of it.
        """
        op_id = self._ids.op_id()
        today = self._clock.today()
        # A clock that is known to be wrong must not call every invoice one of the future.
        believed = today >= BELIEVED_SINCE and not self._clock_wrong()
        verdict = refusal(claim, today, self._rules()) if believed else None
        outcome, delivery = _refused(claim, verdict)
        if outcome is None:
            outcome, delivery = await self._ask(op_id, claim, offline=offline)
        new = NewCheck(
            op_id=op_id if self._safeguards.one_op_id else self._ids.op_id(),
            token=self._ids.token(),
            claim=claim,
            entry=entry,
            outcome=outcome,
            delivery=delivery,
            at=self._clock.now(),
            day=today,
        )
        return await self._book.add(new)

    async def checks_today(self, claim: Claim) -> tuple[int, int | None]:
        """How often the claim's invoice was checked here today, and how often it may be.

        Raises:
            StoreError: the book cannot be read.
        """
        made = await self._book.asked(claim, self._clock.today())
        return made, self._rules().daily_limit

    async def _ask(self, op_id: str, claim: Claim, *, offline: bool) -> tuple[Outcome, Delivery]:
        told: Outcome | None = None
        if offline or (self._fallback and not self._fallback.reachable()):
            told = await self._fall_back(op_id, claim)
            if offline or (told and told.verdict is not Verdict.UNAVAILABLE):
                return _provisional(claim, told)
        try:
            outcome = await self._tries(op_id, claim)
        except VerifierError as error:
            logger.warning("no verdict: %s %s", error.code, dict(error.params))
            return _provisional(claim, told or await self._fall_back(op_id, claim))
        if outcome.verdict is Verdict.UNAVAILABLE:
            return outcome, Delivery.KEPT
        return outcome, Delivery.ANSWERED

    async def _fall_back(self, op_id: str, claim: Claim) -> Outcome | None:
        """What the data on this machine say; None where there are none to ask."""
        if self._fallback is None:
            return None
        try:
            return await self._fallback.verifier.verify(op_id, claim, self._budget.whole)
        except VerifierError as error:
            logger.info("no verdict offline: %s", error.code)
            return None

    async def _tries(self, op_id: str, claim: Claim) -> Outcome:
        end = self._clock.monotonic() + self._budget.whole
        try:
            return await self._verifier.verify(op_id, claim, self._budget.first)
        except VerifierError as error:
            left = end - self._clock.monotonic() - self._budget.pause
            if not error.passing or left < self._budget.least:
                raise
            logger.info("trying again: %s", error.code)
        await self._sleep(self._budget.pause)
        return await self._verifier.verify(op_id, claim, end - self._clock.monotonic())


def _refused(claim: Claim, verdict: Verdict | None) -> tuple[Outcome | None, Delivery]:
    if verdict is None:
        return None, Delivery.KEPT
    return _outcome(claim, verdict), Delivery.REFUSED


def _provisional(claim: Claim, told: Outcome | None) -> tuple[Outcome, Delivery]:
    """An answer that is not the server's, and what is still to be asked of the server."""
    if told is None or told.verdict is Verdict.UNAVAILABLE:
        return told or _outcome(claim, Verdict.UNAVAILABLE), Delivery.KEPT
    return told, Delivery.PROVISIONAL if told.source is Source.PACK else Delivery.REFUSED


def _outcome(claim: Claim, verdict: Verdict) -> Outcome:
    advice = advice_for(verdict, None, kind=claim.kind)
    return Outcome(verdict, None, None, None, (), advice, None)
