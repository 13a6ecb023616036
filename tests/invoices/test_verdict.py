from __future__ import annotations

from datetime import UTC, datetime

import pytest

from invoices.face import details_of
from invoices.kinds import Kind
from invoices.outcome import Outcome
from invoices.verdict import Source, State, Verdict
from tests.invoices.strategies import face_of

ALLOWED = {
    ("normal", "voided"),
    ("normal", "red"),
    ("normal", "red_partial"),
    ("normal", "red_full"),
    ("red", "red_partial"),
    ("red", "red_full"),
    ("red_partial", "red_full"),
}


def test_a_state_moves_forward_only() -> None:
    moves = {(a.value, b.value) for a in State for b in State if a.may_become(b)}
    assert moves == ALLOWED | {(state.value, state.value) for state in State}


@pytest.mark.parametrize("state", State)
def test_only_a_normal_match_is_valid(state: State) -> None:
    for verdict in Verdict:
        outcome = Outcome(
            verdict=verdict,
            state=state,
            source=Source.REGISTRY,
            as_of=datetime(2026, 11, 24, tzinfo=UTC),
            compared=(),
            advice=(),
            details=None,
        )
        assert outcome.valid == ((verdict, state) == (Verdict.MATCH, State.NORMAL))


def test_details_show_nothing_of_the_buyer_and_the_end_of_the_check_code() -> None:
    face = face_of(Kind.E_ORDINARY)
    details = details_of(face)
    assert details.check_code == "479666"
    assert (details.net, details.tax, details.total) == (face.net, face.tax, face.total)
    assert face.buyer_name not in repr(details)
    assert face.buyer_tax_id not in repr(details)
