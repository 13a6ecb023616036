"""The decisions of a check: pure, on values alone.

Their order is fixed: bad input, unsupported, too early, too old, daily limit, not found,
mismatch, match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices import rules
from invoices.advice import advice_for
from invoices.comparison import compare
from invoices.face import details_of
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict

if TYPE_CHECKING:
    from datetime import date, datetime

    from helpdesk.registry.columns import Entry
    from invoices.claim import Claim
    from invoices.crc import CrcState
    from invoices.face import Details
    from invoices.kinds import Field
    from invoices.rules import Policy


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check comes to, before it is known how often the invoice was asked about today."""

    verdict: Verdict
    state: State | None = None
    compared: tuple[Field, ...] = ()
    details: Details | None = None

    @property
    def counted(self) -> bool:
        """Whether it uses up one of the invoice's checks: found or not, but looked for."""
        return looked_for(self.verdict)


_LOOKED_FOR = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND, Verdict.UNAVAILABLE})
_ASKED = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})

UNREADABLE = Finding(Verdict.UNAVAILABLE)
"""The invoice's row cannot be opened: nothing can be said of it."""
EXHAUSTED = Finding(Verdict.DAILY_LIMIT)


def refused(claim: Claim | None, today: date, policy: Policy) -> Finding | None:
    """Why a claim is not looked up, or `None`; no claim is a text that could not be read."""
    verdict = Verdict.BAD_INPUT if claim is None else rules.refusal(claim, today, policy)
    return None if verdict is None else Finding(verdict)


def found(claim: Claim, entry: Entry | None) -> Finding:
    """What a claim comes to beside what is registered; a mismatch does not tell where."""
    if entry is None:
        return Finding(Verdict.NOT_FOUND)
    comparison = compare(claim, entry.face)
    if not comparison.equal:
        return Finding(Verdict.MISMATCH, compared=comparison.compared)
    return Finding(Verdict.MATCH, entry.state, comparison.compared, details_of(entry.face))


def exhausted(finding: Finding, checks_today: int, policy: Policy) -> Finding:
    """The finding, or the daily limit. `checks_today` counts this check too."""
    over = finding.counted and policy.exhausted(checks_today - 1)
    return EXHAUSTED if over else finding


def looked_for(verdict: Verdict) -> bool:
    """Whether a check with this verdict was counted, having asked the registry."""
    return verdict in _LOOKED_FOR


def is_guess(verdict: Verdict) -> bool:
    """Whether the caller may have been trying numbers: these are limited more tightly."""
    return verdict is Verdict.MISMATCH or verdict is Verdict.NOT_FOUND


def outcome_of(
    finding: Finding, claim: Claim | None, crc: CrcState | None, now: datetime
) -> Outcome:
    """The finding with its source, the time it stands for, and the advice that goes with it."""
    asked = finding.verdict in _ASKED
    source = Source.REGISTRY if asked else None
    return Outcome(
        verdict=finding.verdict,
        state=finding.state,
        source=source,
        as_of=now if asked else None,
        compared=finding.compared,
        advice=advice_for(
            finding.verdict,
            finding.state,
            kind=None if claim is None else claim.kind,
            source=source,
            compared=finding.compared,
            crc=crc,
        ),
        details=finding.details,
    )
