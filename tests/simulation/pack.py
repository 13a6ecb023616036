"""In the place of packs: data on the kiosk that are a little old."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invoices.advice import advice_for
from invoices.claim import Claim
from invoices.face import Face
from invoices.kinds import rule_of
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from tests.simulation.clocks import BEGIN


@dataclass(frozen=True)
class StalePack:
    """`Verifier` that knows every invoice, and of none that it is not in force any more."""

    known: Mapping[str, tuple[Face, State]]

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        found = claim.number in self.known
        verdict = Verdict.MATCH if found else Verdict.NOT_FOUND
        state = State.NORMAL if found else None
        compared = tuple(rule_of(claim.kind).fields) if claim.kind else ()
        return Outcome(
            verdict=verdict,
            state=state,
            source=Source.PACK,
            as_of=BEGIN,
            compared=compared,
            advice=advice_for(verdict, state, kind=claim.kind, source=Source.PACK),
            details=None,
        )
