"""The check of an invoice: look it up, compare, record, and only then answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from helpdesk.errors import HelpdeskError
from helpdesk.verification import sealed_form
from helpdesk.verification.question import ADOPTED, Pending, Question, Recorded

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from helpdesk.clock import Clock
    from helpdesk.db import GroupCommit

_SEPARATOR: Final = "\x1e"


class IdempotencyError(HelpdeskError):
    """`idempotency.mismatch`: an op_id that was used for another request."""


class VerificationService:
    """Checks that share their reads and transactions. `zone` is where the business day turns."""

    def __init__(
        self, writing: GroupCommit[Pending, Recorded], clock: Clock, zone: ZoneInfo
    ) -> None:
        self._writing = writing
        self._clock = clock
        self._zone = zone

    async def check(self, question: Question) -> Recorded:
        """The answer to a question; it is on the disk when this returns.

        Raises:
            IdempotencyError: The op_id was used for another question.
            DatabaseError: The database cannot be reached; nothing was counted.
        """
        now = self._clock.now()
        today = now.astimezone(self._zone).date()
        asked = _SEPARATOR.join((question.channel, question.name, question.record, *question.asked))
        recorded = await self._writing.submit(Pending(question, asked, today, now))
        if recorded.asked != asked and not _told_later(question, recorded):
            raise IdempotencyError("idempotency.mismatch")
        return recorded


def _told_later(question: Question, recorded: Recorded) -> bool:
    """Whether this asks again about a check that was told in a journal.

    An id is no secret: only kiosks may hear of such a check by it, and only by saying the very
    same of the invoice. Else one who swaps ids on the way would choose the verdict.
    """
    if recorded.asked != ADOPTED or not question.name:
        return False
    claimed = sealed_form.claimed(question.read().claim)
    return sealed_form.same_claim(claimed, recorded.claimed)
