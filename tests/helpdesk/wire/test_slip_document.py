from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire.slip_document import document_id
from invoices.verdict import State, Verdict

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"
TEXTS = st.from_regex(r"\A[A-Z0-9-]{1,32}\Z")
ANSWERS = st.tuples(st.sampled_from(Verdict), st.none() | st.sampled_from(State))


def test_the_id_is_for_ever() -> None:
    known = "9151d9630754e60ff70738ca16c2d678"
    assert document_id(RECORD, TOKEN, Verdict.MATCH, State.NORMAL).hex() == known


@given(st.tuples(TEXTS, TEXTS, ANSWERS), st.tuples(TEXTS, TEXTS, ANSWERS))
def test_two_documents_never_share_an_id(
    one: tuple[str, str, tuple[Verdict, State | None]],
    two: tuple[str, str, tuple[Verdict, State | None]],
) -> None:
    ids = {document_id(record, token, *answer) for record, token, answer in (one, two)}
    assert len(ids) == len({one, two})
    assert all(len(each) == 16 for each in ids)
