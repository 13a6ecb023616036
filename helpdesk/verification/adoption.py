"""Checks that a kiosk made on its own and tells of later: verified in full, and counted once.

What was told to a person has happened: such a check is never refused, by no daily limit either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpdesk.registry.store import RegistryStore
from helpdesk.verification.lookup import Lookup
from helpdesk.verification.question import ADOPTED, Pending, Question, Reading
from helpdesk.verification.store import CheckStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.security import KeyRing
    from helpdesk.verification.question import Recorded
    from invoices.claim import Claim
    from invoices.rules import Policy
    from invoices.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """A check as a kiosk tells of it; `told` is the verdict that the visitor saw."""

    op_id: str
    claim: Claim | None
    told: Verdict
    record: str
    at: datetime
    token: str = ""

    def read(self) -> Reading:
        """What it says of an invoice; a kiosk tells no CRC."""
        return Reading(self.claim)


class CheckAdoption:
    """Takes told checks into the caller's transaction: `verified` in full, never `limited`."""

    def __init__(
        self,
        database: Database,
        ring: KeyRing,
        policy: Policy,
        clock: Clock,
        zone: ZoneInfo,
        channel: str,
        *,
        verified: bool = True,
        limited: bool = False,
    ) -> None:
        rules = policy if limited else replace(policy, daily_limit=None)
        lookup = Lookup(RegistryStore(database, ring), rules, verified=verified)
        self._store = CheckStore(database, ring, lookup, rules)
        self._clock = clock
        self._zone = zone
        self._channel = channel

    async def adopt(self, tx: Transaction, checks: Sequence[ToldCheck]) -> Sequence[Recorded]:
        """Our own outcome of each check; `repeated` for one that was asked here before."""
        return await self._store.write(tx, [self._pending(check) for check in checks])

    def _pending(self, check: ToldCheck) -> Pending:
        question = Question(
            check.op_id,
            check.read,
            (ADOPTED,),
            self._channel,
            record=check.record,
            token=check.token,
        )
        return Pending(
            question,
            ADOPTED,
            check.at.astimezone(self._zone).date(),
            check.at,
            told=check.told,
            as_of=self._clock.now(),
        )
