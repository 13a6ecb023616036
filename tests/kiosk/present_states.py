"""Sources of the present state: one that knows nothing, one that answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from invoices.check import Check
from invoices.claim import Claim
from invoices.told import Told
from kiosk.present_state import PresentState
from kiosk.verification import VerifierError


@dataclass
class ScriptedStatus:
    """`StatusSource` that answers `told`, or that it cannot tell."""

    told: Told | None = None
    asked: list[str] = field(default_factory=list)

    async def status(self, check: Check, claim: Claim, deadline: float) -> Told:
        self.asked.append(check.op_id)
        if self.told is None:
            raise VerifierError("verifier.refused", passing=True)
        return self.told


NOBODY_TELLS = PresentState(ScriptedStatus(), ScriptedStatus(), lambda: False)
