"""Checks as they were recorded, for whoever holds a record number or its token.

The number alone can be counted through, so it shows a check's verdict and time. Its token is 96
bits of chance: kept sealed, and beside it in the clear only its blind index, which tells the one
row that is meant where several kiosks without enrolment gave out one number.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.registry.errors import RegistryError
from helpdesk.registry.store import RegistryStore
from helpdesk.security import SealError
from helpdesk.verification import rules, sealed_form
from helpdesk.verification.store import TABLE, TokenIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.db import Database
    from helpdesk.db.transaction import Row
    from helpdesk.security import KeyRing
    from helpdesk.verification.rules import Finding
    from invoices.claim import Claim
    from invoices.outcome import Outcome

_log = structlog.stdlib.get_logger("helpdesk.verification")

_FIND: Final = (
    "SELECT op_id, identity, at_ms, token_index, sealed FROM verification_check"
    " WHERE record = $1 ORDER BY at_ms DESC, op_id LIMIT 16"
)
"""Rows of one number that are looked at: enrolled kiosks and the web give each out once."""


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One recorded check. `at` is when it was made (UTC), `token` "" where it has none.

    `identity` is the blind index of the invoice it names, `claim` what was said of it.
    """

    record: str
    at: datetime
    token: str
    identity: str | None
    claim: Claim | None
    outcome: Outcome


class CheckRecords:
    """Reads only: looking at a record counts for no limit and changes nothing."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring
        self._sealer = ring.sealer(TABLE)
        self._tokens = TokenIndex(ring)
        self._registry = RegistryStore(database, ring)

    async def of_number(self, record: str) -> Sequence[CheckRecord]:
        """The checks under a record number, the newest first; one unless kiosks share a prefix.

        Raises:
            DatabaseError: the database cannot be reached.
        """
        rows = await self._rows(record)
        return [found for row in rows if (found := self._opened(record, row)) is not None]

    async def of_token(self, record: str, token: str) -> CheckRecord | None:
        """The check that this token opens. Raises as `of_number`."""
        wanted = self._tokens.of_record(record, token) or ""
        for row in await self._rows(record):
            if wanted and hmac.compare_digest(wanted, row[3] or ""):
                return self._opened(record, row)
        return None

    async def present(self, check: CheckRecord) -> Finding | None:
        """What the check would come to now; None where the registry was not asked then.

        Such a check (of a date too early, or one too many on its day) compared nothing. To
        answer it here would be a check that no limit counts.

        Raises:
            DatabaseError: the database cannot be reached.
        """
        claim, identity = check.claim, check.identity
        if claim is None or identity is None or not rules.looked_for(check.outcome.verdict):
            return None
        try:
            entry = self._registry.opened(identity, await self._registry.known([identity]))
        except (SealError, RegistryError) as error:
            _log.error("registry.unreadable", error=error.code)
            return rules.UNREADABLE
        return rules.found(claim, entry)

    async def _rows(self, record: str) -> Sequence[Row]:
        rows = await self._database.read(_FIND, record)
        await self._ring.take_up(row[4] for row in rows)
        return rows

    def _opened(self, record: str, row: Row) -> CheckRecord | None:
        op_id, identity, at_ms, _, sealed = row
        try:
            opened = sealed_form.decode(self._sealer.open(op_id, sealed))
            claim = sealed_form.claim_of(opened.claimed)
        except HelpdeskError as error:
            # The row stays nameless in the log; the count of these lines is the alarm.
            _log.error("verification.unreadable", error=error.code)
            return None
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        return CheckRecord(record, at, opened.token, identity, claim, opened.outcome)
