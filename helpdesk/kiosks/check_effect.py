"""A check that a kiosk tells of: counted and kept under its op_id, and verified in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from helpdesk.kiosks.ruling import APPLIED, Reason, Ruling
from helpdesk.verification import sealed_form
from helpdesk.verification.adoption import ToldCheck
from helpdesk.wire.check_entry import CheckPayload, check_of
from helpdesk.wire.journal_batch import EntryOutcome
from invoices import record
from invoices.errors import RecordError
from invoices.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.db import Transaction
    from helpdesk.kiosks.ruling import Told
    from helpdesk.verification.adoption import CheckAdoption
    from helpdesk.verification.question import Recorded
    from invoices.check import Check
    from invoices.outcome import Outcome

_CLAIMED: Final = frozenset({Verdict.MATCH, Verdict.MISMATCH, Verdict.NOT_FOUND})
"""Verdicts that say something of the invoice; the others promised nothing."""


class CheckEffect:
    """Applies entries of the kind `check`."""

    def __init__(self, adoption: CheckAdoption) -> None:
        self._adoption = adoption

    async def apply(self, tx: Transaction, items: Sequence[Told]) -> Sequence[Ruling]:
        """Take the checks over; what they told is compared with our own outcome."""
        checks = [_check(item) for item in items]
        recorded = await self._adoption.adopt(
            tx,
            [
                ToldCheck(
                    op_id=check.op_id,
                    claim=check.claim,
                    told=check.outcome.verdict,
                    record=check.record,
                    at=check.at,
                    token=check.token,
                )
                for check in checks
            ],
        )
        return [
            _ruling(item, check, answer)
            for item, check, answer in zip(items, checks, recorded, strict=True)
        ]


def _check(item: Told) -> Check:
    return check_of(cast("CheckPayload", item.payload), item.op_id, item.occurred)


def _ruling(item: Told, check: Check, recorded: Recorded) -> Ruling:
    """What most needs a person's eye comes first: a person was told something else."""
    told, found = check.outcome, recorded.outcome
    if recorded.repeated and not sealed_form.same_claim(
        sealed_form.claimed(check.claim), recorded.claimed
    ):
        # Asked online of one invoice, told here of another: that answer says nothing of this one.
        return Ruling.refused(Reason.OPERATION)
    if told.verdict in _CLAIMED and (told.verdict, told.state) != (found.verdict, found.state):
        return Ruling(EntryOutcome.APPLIED, Reason.DIFFERS, _words(told), _words(found))
    if not _numbered_by(item.kiosk, check.record):
        return Ruling(EntryOutcome.APPLIED, Reason.PREFIX)
    if not item.sure:
        return Ruling(EntryOutcome.APPLIED, Reason.CLOCK)
    return APPLIED


def _words(outcome: Outcome) -> str:
    return outcome.verdict.value + (f"/{outcome.state.value}" if outcome.state else "")


def _numbered_by(kiosk: str, text: str) -> bool:
    try:
        return record.parse(text).prefix == kiosk
    except RecordError:
        return False
