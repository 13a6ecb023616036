"""The check of an invoice: look it up, compare, record, and only then answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.registry.errors import RegistryError
from helpdesk.security import SealError
from helpdesk.verification import rules
from helpdesk.verification.store import ADOPTED, TABLE, Pending, Recorded
from invoices.errors import CanonicalError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from helpdesk.clock import Clock
    from helpdesk.db import GroupCommit
    from helpdesk.registry.store import RegistryStore
    from helpdesk.security import KeyRing
    from helpdesk.verification.rules import Finding
    from invoices.claim import Claim
    from invoices.crc import CrcState
    from invoices.rules import Policy

_SEPARATOR: Final = "\x1f"
_log = structlog.stdlib.get_logger("helpdesk.verification")


class IdempotencyError(HelpdeskError):
    """`idempotency.mismatch`: an op_id that was used for another request."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and by whom.

    `claim` is `None` for a text that could not be read. `asked` is the request as given: a
    retry must ask the very same. `channel` counts its daily limit apart; `name` is a kiosk's
    prefix or "". `numbered` asks for a record number; else `record` is kept, which may be "".
    """

    op_id: str
    claim: Claim | None
    asked: tuple[str, ...]
    channel: str
    name: str = ""
    record: str = ""
    numbered: bool = False
    crc: CrcState | None = None


class VerificationService:
    """Checks against one registry. `zone` is where the business day turns."""

    def __init__(
        self,
        registry: RegistryStore,
        writing: GroupCommit[Pending, Recorded],
        ring: KeyRing,
        policy: Policy,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._registry = registry
        self._writing = writing
        self._digests = ring.index(TABLE, "digest")
        self._policy = policy
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
        claim = question.claim
        identity = None if claim is None else self._identity(claim)
        finding = rules.refused(claim, today, self._policy)
        if finding is None and claim is not None:
            finding = await self._looked_up(claim, identity)
        digest = self._digests.hex(self._asked(question))
        recorded = await self._writing.submit(
            Pending(
                op_id=question.op_id,
                digest=digest,
                claim=claim,
                crc=question.crc,
                finding=finding or rules.UNREADABLE,
                identity=identity,
                channel=question.channel,
                record=question.record,
                numbered=question.numbered,
                day=today,
                at=now,
            )
        )
        if recorded.digest not in (digest, ADOPTED):
            raise IdempotencyError("idempotency.mismatch")
        return recorded

    async def _looked_up(self, claim: Claim, identity: str | None) -> Finding:
        if identity is None:
            return rules.found(claim, None)
        try:
            entry = await self._registry.find(identity)
        except (SealError, RegistryError) as error:
            # The row stays nameless in the log; the count of these lines is the alarm.
            _log.error("registry.unreadable", error=error.code)
            return rules.UNREADABLE
        return rules.found(claim, entry)

    def _identity(self, claim: Claim) -> str | None:
        try:
            return self._registry.identity(claim.code, claim.number) if claim.number else None
        except CanonicalError:
            return None

    def _asked(self, question: Question) -> bytes:
        parts = (question.channel, question.name, question.record, *question.asked)
        return _SEPARATOR.join(parts).encode()
