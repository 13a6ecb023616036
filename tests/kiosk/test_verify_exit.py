"""The exit status of `kiosk verify`, by its contract: match and normal 0, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from invoices.advice import PackLimit, advice_for
from invoices.kinds import Field
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from kiosk.answer import form_of
from kiosk.cli.verify import exit_of

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("verdict", "state", "source", "limit", "status"),
    [
        (Verdict.MATCH, State.NORMAL, Source.REGISTRY, None, 0),
        (Verdict.MATCH, State.NORMAL, Source.PACK, None, 0),
        (Verdict.MATCH, State.NORMAL, Source.PACK, PackLimit.OUTDATED, 1),
        (Verdict.MATCH, State.VOIDED, Source.PACK, PackLimit.OUTDATED, 1),
        (Verdict.MATCH, State.RED_PARTIAL, Source.REGISTRY, None, 1),
        (Verdict.MISMATCH, None, Source.PACK, None, 1),
        (Verdict.NOT_FOUND, None, Source.REGISTRY, None, 1),
        (Verdict.DAILY_LIMIT, None, None, None, 1),
        (Verdict.BAD_INPUT, None, None, None, 2),
        (Verdict.UNSUPPORTED, None, None, None, 2),
        (Verdict.UNAVAILABLE, None, None, PackLimit.CLOCK, 3),
    ],
)
def test_status_of_an_answer(
    verdict: Verdict,
    state: State | None,
    source: Source | None,
    limit: PackLimit | None,
    status: int,
) -> None:
    advice = advice_for(verdict, state, source=source, compared=(Field.AMOUNT,), limit=limit)
    outcome = Outcome(verdict, state, source, AS_OF, (Field.AMOUNT,), advice, None)
    assert exit_of(form_of(outcome, None, lambda key, /, **_: key)) == status
