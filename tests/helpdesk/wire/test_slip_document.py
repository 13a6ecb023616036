from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.wire.slip_document import document_id
from invoices.told import Told
from invoices.verdict import Source, State, Verdict

RECORD, TOKEN = "A03-261124-0127", "ABCDEFGHIJKLMNOPQRST"
AS_OF = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TEXTS = st.from_regex(r"\A[A-Z0-9-]{1,32}\Z")
SOURCES = st.sampled_from(Source)
MOMENTS = st.integers(0, 2**32).map(lambda at: datetime.fromtimestamp(at, UTC))
STATELESS = st.sampled_from([verdict for verdict in Verdict if verdict is not Verdict.MATCH])
ANSWERS = st.one_of(
    st.builds(Told, st.sampled_from([Verdict.UNAVAILABLE, Verdict.TOO_OLD])),
    st.builds(Told, STATELESS, st.none(), SOURCES, MOMENTS),
    st.builds(Told, st.just(Verdict.MATCH), st.sampled_from(State), SOURCES, MOMENTS),
    MOMENTS.map(lambda at: Told(Verdict.MATCH, State.NORMAL, Source.PACK, at, outdated=True)),
)
SLIPS = st.tuples(TEXTS, TEXTS, ANSWERS)


def test_the_id_is_for_ever() -> None:
    expired = Told(Verdict.MATCH, State.NORMAL, Source.PACK, AS_OF, outdated=True)
    nobody = Told(Verdict.UNAVAILABLE)

    assert document_id(RECORD, TOKEN, expired).hex() == "9fac0f3d6d3937e0c191a628047b2076"
    assert document_id(RECORD, TOKEN, nobody).hex() == "65b3ac6cff43dd1440d1e2b5ce236489"


def test_parts_of_a_second_make_no_other_document() -> None:
    # The code tells whole seconds, and whoever holds it must find the record all the same.
    exact = Told(Verdict.NOT_FOUND, None, Source.REGISTRY, AS_OF + timedelta(microseconds=999_999))

    assert document_id(RECORD, TOKEN, exact) == document_id(
        RECORD, TOKEN, replace(exact, as_of=AS_OF)
    )


@given(SLIPS, SLIPS)
def test_two_documents_never_share_an_id(
    one: tuple[str, str, Told], two: tuple[str, str, Told]
) -> None:
    ids = {document_id(*slip) for slip in (one, two)}
    assert len(ids) == len({one, two})
    assert all(len(each) == 16 for each in ids)


@given(TEXTS, TEXTS, st.lists(ANSWERS, min_size=2, max_size=2, unique=True))
def test_another_answer_of_one_record_is_another_document(
    record: str, token: str, answers: list[Told]
) -> None:
    one, two = answers
    assert document_id(record, token, one) != document_id(record, token, two)
