"""What an invoice that was checked before is now. Nothing is written and nothing counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.verification import rules, sealed_form
from helpdesk.verification.lookup import Lookup
from helpdesk.verification.question import Pending, Question, Reading
from helpdesk.verification.store import TABLE
from invoices.verdict import Verdict

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from helpdesk.clock import Clock
    from helpdesk.db import Database
    from helpdesk.registry.store import RegistryStore
    from helpdesk.security import KeyRing
    from invoices.claim import Claim
    from invoices.outcome import Outcome
    from invoices.rules import Policy

_log = structlog.stdlib.get_logger("helpdesk.verification")

_COMPARED: Final = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})
_SEALED = "SELECT sealed FROM verification_check WHERE op_id = $1"


class CheckStatusService:
    """Compares the claim of a recorded check with the registry anew.

    The daily limit guards against guessing. The claim cannot be changed here, so asking again
    tells a caller nothing that it could not have known, and is not limited by it.
    """

    def __init__(
        self,
        database: Database,
        ring: KeyRing,
        registry: RegistryStore,
        policy: Policy,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._sealer = ring.sealer(TABLE)
        self._lookup = Lookup(registry, replace(policy, daily_limit=None))
        self._clock = clock
        self._zone = zone

    async def status(self, op_id: str) -> Outcome | None:
        """The outcome the same claim has now; `None` where no check under this id was compared.

        A check that a limit refused is none: else guessing would go on here.

        Raises:
            DatabaseError: the database cannot be reached.
        """
        rows = await self._database.read(_SEALED, op_id)
        if not rows:
            return None
        try:
            plain = self._sealer.open(op_id, bytes(rows[0][0]))
            compared = sealed_form.decode(plain).outcome.verdict in _COMPARED
            claim = sealed_form.claim_in(plain)
        except HelpdeskError as error:
            _log.error("verification.unreadable", error=error.code)
            return rules.outcome_of(rules.UNREADABLE, None, None, self._clock.now())
        return await self._compared(op_id, claim) if compared else None

    async def _compared(self, op_id: str, claim: Claim | None) -> Outcome:
        now = self._clock.now()
        question = Question(op_id, lambda: Reading(claim), (), "")
        pending = Pending(question, "", now.astimezone(self._zone).date(), now)
        (found,) = await self._lookup.findings([pending])
        return rules.outcome_of(found.finding, claim, None, now)
