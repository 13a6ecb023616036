"""How many wrong answers a kiosk without a link gives: as many as the server gives to one caller.

Whoever tries amounts against a known number, or numbers against an amount, hears "not so" most of
the time. The answers are counted where they are kept anyway, so that no restart forgets them; those
that are not kept yet are counted here.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from invoices.verdict import Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.clock import Clock

PER_MINUTE: Final = 20
"""The default of `[security] guesses_per_minute` on the server."""
MINUTE: Final = timedelta(minutes=1)
_WRONG: Final = frozenset({Verdict.MISMATCH, Verdict.NOT_FOUND})


class WrongAnswers(Protocol):
    """The wrong answers that were kept."""

    async def wrong(self, since: datetime, until: datetime, most: int) -> int:
        """How many of the last `most` fell into this time. Raises `StoreError`."""


class GuessLimit:
    """Counts wrong answers of the last minute, by the book and by what was just said."""

    def __init__(self, book: WrongAnswers, clock: Clock, per_minute: int = PER_MINUTE) -> None:
        self._book = book
        self._clock = clock
        self._per_minute = per_minute
        self._said: deque[float] = deque(maxlen=per_minute)

    async def reached(self) -> bool:
        """Whether no answer may be given now, a right one neither. Raises `StoreError`."""
        if self._recent() >= self._per_minute:
            return True
        now = self._clock.now()
        kept = await self._book.wrong(now - MINUTE, now, self._per_minute)
        return kept >= self._per_minute

    def note(self, verdict: Verdict) -> None:
        """Count an answer that is about to be given."""
        if verdict in _WRONG:
            self._said.append(self._clock.monotonic())

    def _recent(self) -> int:
        since = self._clock.monotonic() - MINUTE.total_seconds()
        return sum(said > since for said in self._said)
