"""Trying an answer of "no" again: which field is the likeliest slip, and the walk back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.claim import Claim
from invoices.kinds import Field
from invoices.verdict import Verdict
from tui.kiosk.entry_walk import EntryWalk, typed_texts

if TYPE_CHECKING:
    from datetime import date

    from invoices.check import Check


def doubtful_field(check: Check) -> Field:
    """The field that the advice names first for this answer.

    A number that needs no code is asked for in the code's place.
    """
    verdict, claim = check.outcome.verdict, check.claim
    if verdict in {Verdict.BAD_INPUT, Verdict.TOO_EARLY, Verdict.TOO_OLD}:
        return Field.ISSUED_ON
    if verdict is Verdict.MISMATCH and claim is not None:
        fields = claim.rule.fields
        return Field.CHECK_CODE if Field.CHECK_CODE in fields else fields[-1]
    return Field.NUMBER if claim is not None and claim.code else Field.CODE


def correction_walk(claim: Claim, field: Field, today: date) -> EntryWalk:
    """A walk that stands at `field`, with all that was known before it answered.

    Where an answer before it does not hold any more, the walk stands there.
    """
    walk = EntryWalk(Claim(), typed_texts(claim))
    while walk.field is not field:
        before = walk.field
        if walk.go_on(today) is not None or walk.field is before:
            break
    return walk
