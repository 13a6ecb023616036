"""Checks that a kiosk made on its own and tells of later: verified in full, and counted once.

What was told to a person has happened: such a check is never refused, by no daily limit either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.registry.errors import RegistryError
from helpdesk.registry.store import RegistryStore
from helpdesk.security import SealError
from helpdesk.verification import rules
from helpdesk.verification.rules import Finding
from helpdesk.verification.store import ADOPTED, CheckStore, Pending
from invoices.errors import CanonicalError
from invoices.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction
    from helpdesk.security import KeyRing
    from helpdesk.verification.store import Recorded
    from invoices.claim import Claim
    from invoices.rules import Policy

_LOOKED_FOR: Final = frozenset(
    {Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND, Verdict.UNAVAILABLE}
)

_log = structlog.stdlib.get_logger("helpdesk.verification")


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """A check as a kiosk tells of it; `told` is the verdict that the visitor saw."""

    op_id: str
    claim: Claim | None
    told: Verdict
    record: str
    at: datetime


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
        self._verified = verified
        self._registry = RegistryStore(database, ring)
        self._store = CheckStore(
            database, ring, policy if limited else replace(policy, daily_limit=None)
        )
        self._policy = policy
        self._clock = clock
        self._zone = zone
        self._channel = channel

    async def adopt(self, tx: Transaction, checks: Sequence[ToldCheck]) -> Sequence[Recorded]:
        """Our own outcome of each check; `repeated` for one that was asked here before."""
        identities = [self._identity(check.claim) for check in checks]
        wanted = sorted({each for each in identities if each is not None})
        known = await self._registry.known(wanted, tx)
        pending = [
            self._pending(check, identity, known)
            for check, identity in zip(checks, identities, strict=True)
        ]
        return await self._store.write(tx, pending)

    def _pending(
        self, check: ToldCheck, identity: str | None, known: dict[str, tuple[str, bytes]]
    ) -> Pending:
        day = check.at.astimezone(self._zone).date()
        finding = Finding(check.told)
        if self._verified and check.told in _LOOKED_FOR and check.claim is not None:
            refused = rules.refused(check.claim, day, self._policy)
            finding = refused or self._found(check.claim, identity, known)
        return Pending(
            op_id=check.op_id,
            digest=ADOPTED,
            claim=check.claim,
            crc=None,
            finding=finding,
            identity=identity,
            channel=self._channel,
            record=check.record,
            numbered=False,
            day=day,
            at=check.at,
            as_of=self._clock.now(),
        )

    def _found(
        self, claim: Claim, identity: str | None, known: dict[str, tuple[str, bytes]]
    ) -> Finding:
        if identity is None:
            return rules.found(claim, None)
        try:
            return rules.found(claim, self._registry.opened(identity, known))
        except (SealError, RegistryError) as error:
            _log.error("registry.unreadable", error=error.code)
            return rules.UNREADABLE

    def _identity(self, claim: Claim | None) -> str | None:
        try:
            if claim is None or not claim.number:
                return None
            return self._registry.identity(claim.code, claim.number)
        except CanonicalError:
            return None
