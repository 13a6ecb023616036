"""What an invoice that a kiosk checked before is now: `GET /api/v1/verifications/{op_id}/status`.

Whoever asks holds a record of the very same claim, so the answer tells nothing that could be
guessed: it is no check of its own, leaves no record and does not count towards the daily limit.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from helpdesk.wire.op_id import PATTERN
from helpdesk.wire.verification import PATH as CHECKS
from invoices.outcome import Outcome
from invoices.told import Told
from invoices.verdict import Source, State, Verdict

PATH = CHECKS + "/{op_id}/status"


def path_of(op_id: str) -> str:
    """The address that asks about one check."""
    return f"{CHECKS}/{op_id}/status"


class CheckStatusPath(BaseModel):
    """The operation id of the check, in the address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    op_id: Annotated[str, Field(pattern=PATTERN, max_length=36)]


class CheckStatus(BaseModel):
    """How the check's claim compares with the registry now; nothing else of the invoice."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    state: State | None
    source: Source | None
    as_of: AwareDatetime | None

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The part of an outcome that is told."""
        return cls(
            verdict=outcome.verdict,
            state=outcome.state,
            source=outcome.source,
            as_of=outcome.as_of,
        )

    def summary(self) -> Told:
        """The same as the rest of the product says it."""
        return Told(self.verdict, self.state, self.source, self.as_of)
