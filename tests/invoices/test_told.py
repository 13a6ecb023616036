"""What may be told of an answer later."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from invoices.told import Told
from invoices.verdict import Source, State, Verdict

AS_OF = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "dated"),
    [
        (Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, AS_OF), False),
        (Told(Verdict.MATCH, State.NORMAL, Source.UPSTREAM, AS_OF), False),
        (Told(Verdict.MATCH, State.NORMAL, Source.PACK, AS_OF), True),
        (Told(Verdict.MATCH, State.NORMAL, Source.PACK, AS_OF, outdated=True), True),
        (Told(Verdict.MATCH, State.NORMAL), True),
        (Told(Verdict.MATCH, State.VOIDED, Source.PACK, AS_OF), False),
        (Told(Verdict.NOT_FOUND, None, Source.PACK, AS_OF), False),
    ],
)
def test_normal_is_plain_only_where_somebody_knew_of_the_present(told: Told, dated: bool) -> None:
    assert told.dated == dated


@pytest.mark.parametrize(
    ("told", "rests_on"),
    [
        (Told(Verdict.MISMATCH, None, Source.PACK, AS_OF), "pack"),
        (Told(Verdict.UNAVAILABLE, None, Source.PACK, AS_OF), "pack"),
        (Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, AS_OF), "registry"),
        (Told(Verdict.UNAVAILABLE), "none"),
        (Told(Verdict.DAILY_LIMIT), "rule"),
        (Told(Verdict.MATCH, State.NORMAL), "unknown"),
    ],
)
def test_an_answer_rests_on_something_or_says_why_not(told: Told, rests_on: str) -> None:
    assert told.rests_on == rests_on


@pytest.mark.parametrize(
    "told",
    [
        Told(Verdict.MATCH, None, Source.REGISTRY, AS_OF),
        Told(Verdict.MISMATCH, State.NORMAL, Source.REGISTRY, AS_OF),
        Told(Verdict.MATCH, State.NORMAL),
        Told(Verdict.NOT_FOUND),
        Told(Verdict.MATCH, State.NORMAL, Source.PACK),
        Told(Verdict.MATCH, State.NORMAL, None, AS_OF),
        Told(Verdict.MATCH, State.NORMAL, Source.REGISTRY, AS_OF, outdated=True),
        Told(Verdict.MATCH, State.VOIDED, Source.PACK, AS_OF, outdated=True),
        Told(Verdict.UNAVAILABLE, outdated=True),
    ],
)
def test_what_contradicts_itself_is_no_answer(told: Told) -> None:
    assert not told.coherent
