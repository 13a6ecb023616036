"""The verifier that asks the packs on this machine: no network, no details, honest about its age.

It keeps all rules of a check. It knows the fields that a kind is verified by and nothing else, so
other fields that were given are not compared, and the answer says so.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from invoices.advice import PackLimit, advice_for
from invoices.errors import CanonicalError
from invoices.kinds import rule_of
from invoices.outcome import Outcome
from invoices.pack import Finding
from invoices.rules import Policy, refusal
from invoices.verdict import Source, State, Verdict
from kiosk.packs.guess_limit import GuessLimit, WrongAnswers
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from invoices.check import Check
    from invoices.claim import Claim
    from invoices.kinds import Field
    from invoices.pack import PackAnswer
    from invoices.told import Told
    from kiosk.clock import Clock
    from kiosk.packs.opened import OpenPacks
    from kiosk.packs.pack_clock import PackClock
    from kiosk.packs.store import PackStore

REMEMBERED: Final = 256
"""Operations whose answer is given again."""
_LOOKED_FOR: Final = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})
_VERDICTS: Final = {
    Finding.MATCH: Verdict.MATCH,
    Finding.MISMATCH: Verdict.MISMATCH,
    # Packs without labels: it is not what the registry says, whether or not it has it.
    Finding.UNMATCHED: Verdict.MISMATCH,
    Finding.NOT_FOUND: Verdict.NOT_FOUND,
}


class History(WrongAnswers, Protocol):
    """What the kiosk has kept of its checks."""

    async def asked(self, claim: Claim, day: date) -> int:
        """How often an invoice was looked for on a day. Raises `StoreError`."""


class PackVerifier:
    """`Verifier` over what a store has in use.

    `rules` gives those that count now; `book` is what the kiosk has kept of earlier checks.
    """

    def __init__(
        self,
        store: PackStore,
        clock: Clock,
        pack_clock: PackClock,
        book: History,
        rules: Callable[[], Policy] = Policy,
    ) -> None:
        self._store = store
        self._clock = clock
        self._pack_clock = pack_clock
        self._book = book
        self._guesses = GuessLimit(book, clock)
        self._turn = asyncio.Lock()
        self._rules = rules
        self._answers: OrderedDict[str, tuple[Claim, date, Outcome]] = OrderedDict()

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        """What the packs say, within `deadline` seconds; one op_id counts once.

        Raises:
            VerifierError: `pack.no_key`, `pack.none`; `verifier.timeout`; `verifier.conflict`
                for an op_id that was used for another claim.
        """
        packs = self._packs()
        before = self._answers.get(op_id)
        if before is not None:
            if before[0] != claim:
                raise VerifierError("verifier.conflict", passing=False)
            return before[2]
        try:
            async with asyncio.timeout(deadline):
                # Also where nothing waits: a deadline that is over is over.
                await asyncio.sleep(0)
                # One after the other, so that many at once are no way around a limit.
                async with self._turn:
                    outcome = await self._outcome(claim, packs)
                    self._guesses.note(outcome.verdict)
        except TimeoutError as error:
            raise VerifierError("verifier.timeout", passing=True) from error
        return self._remember(op_id, claim, outcome)

    async def status(self, check: Check, claim: Claim, deadline: float) -> Told:
        """What the packs say of an earlier check's claim now; no check of its own, not counted.

        Raises:
            VerifierError: `pack.no_key`, `pack.none`; `verifier.timeout`.
        """
        del check
        packs = self._packs()
        try:
            async with asyncio.timeout(deadline):
                return (await self._outcome(claim, packs, limited=False)).told
        except TimeoutError as error:
            raise VerifierError("verifier.timeout", passing=True) from error

    def _packs(self) -> OpenPacks:
        if not self._store.trusted:
            raise VerifierError("pack.no_key", passing=False)
        if self._store.current is None:
            raise VerifierError("pack.none", passing=False)
        return self._store.current

    async def _outcome(self, claim: Claim, packs: OpenPacks, *, limited: bool = True) -> Outcome:
        if not self._pack_clock.sure(packs.manifest.issued_at):
            return _unknown(claim, PackLimit.CLOCK, None)
        today, rules = self._clock.today(), self._rules()
        if verdict := refusal(claim, today, rules):
            return _ruled(claim, verdict)
        if limited and rules.exhausted(await self._times(claim, today)):
            return _ruled(claim, Verdict.DAILY_LIMIT)
        if await self._guesses.reached():
            return _unknown(claim, PackLimit.GUESSES, None)
        try:
            # A page of a file that is not in memory must not hold up the screen.
            answer = await asyncio.to_thread(packs.packs.look_up, claim)
        except CanonicalError:
            return _ruled(claim, Verdict.BAD_INPUT)
        return self._told(claim, answer, packs)

    def _told(self, claim: Claim, answer: PackAnswer, packs: OpenPacks) -> Outcome:
        manifest = packs.manifest
        # What has come in since is in a file of its own: all files together are as of the list.
        as_of = manifest.as_of if packs.whole else answer.as_of
        if answer.finding is Finding.NOT_COVERED or as_of is None:
            return _unknown(claim, _newer(claim, packs), manifest.as_of)
        verdict = _VERDICTS[answer.finding]
        if verdict is Verdict.NOT_FOUND and not self._day_was_over(claim, as_of):
            return _unknown(claim, PackLimit.NEWER, as_of)
        known = answer.as_of or as_of
        expired = self._pack_clock.now(manifest.issued_at) >= manifest.expires
        outdated = answer.state is State.NORMAL and (expired or known < manifest.as_of)
        return _found(claim, verdict, answer.state, known, outdated=outdated)

    def _day_was_over(self, claim: Claim, as_of: datetime) -> bool:
        """Whether all invoices of its day can be among the packs."""
        if claim.issued_on is None:
            return False
        midnight = self._clock.local(as_of).replace(hour=0, minute=0, second=0, microsecond=0)
        end = datetime.combine(claim.issued_on + timedelta(days=1), time(), midnight.tzinfo)
        return end <= as_of

    async def _times(self, claim: Claim, today: date) -> int:
        """Checks of this invoice today; those that are not kept yet are remembered here."""
        here = sum(
            day == today and outcome.verdict in _LOOKED_FOR and _same(claim, other)
            for other, day, outcome in self._answers.values()
        )
        return max(here, await self._book.asked(claim, today))

    def _remember(self, op_id: str, claim: Claim, outcome: Outcome) -> Outcome:
        # Two calls under one op_id may have asked side by side: the first answer counts.
        _, _, told = self._answers.setdefault(op_id, (claim, self._clock.today(), outcome))
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return told


def _same(one: Claim, other: Claim) -> bool:
    return (one.code, one.number) == (other.code, other.number)


def _newer(claim: Claim, packs: OpenPacks) -> PackLimit | None:
    """Whether the invoice is newer than all packs, rather than from before them."""
    segments = packs.packs.segments
    last = max((segment.period.last for segment in segments), default=None)
    newer = last is None or claim.issued_on is None or claim.issued_on > last
    return PackLimit.NEWER if newer or not packs.whole else None


def _compared(claim: Claim) -> tuple[Field, ...]:
    return rule_of(claim.kind, claim.issued_on).fields


def _found(
    claim: Claim, verdict: Verdict, state: State | None, as_of: datetime, *, outdated: bool
) -> Outcome:
    compared = () if verdict is Verdict.NOT_FOUND else _compared(claim)
    limit = PackLimit.OUTDATED if outdated else None
    advice = advice_for(
        verdict, state, kind=claim.kind, source=Source.PACK, compared=compared, limit=limit
    )
    return Outcome(verdict, state, Source.PACK, as_of, compared, advice, None)


def _unknown(claim: Claim, limit: PackLimit | None, as_of: datetime | None) -> Outcome:
    """Nothing can be said; the request is kept for the server."""
    advice = advice_for(Verdict.UNAVAILABLE, None, kind=claim.kind, limit=limit)
    source = None if as_of is None else Source.PACK
    return Outcome(Verdict.UNAVAILABLE, None, source, as_of, (), advice, None)


def _ruled(claim: Claim, verdict: Verdict) -> Outcome:
    return Outcome(verdict, None, None, None, (), advice_for(verdict, None, kind=claim.kind), None)
