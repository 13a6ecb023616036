"""An answer in one line of text says no more than is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from invoices.advice import PackLimit, advice_for
from invoices.outcome import Outcome
from invoices.told import Told
from invoices.verdict import Source, State, Verdict
from kiosk.answer import form_of
from kiosk.cli.frame import Frame
from kiosk.cli.verify import line_of
from kiosk.i18n import LANGUAGES, Catalogues
from kiosk.told_text import headline
from tests.kiosk.stand_ins import ZONE, matched

AS_OF = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TEXT = Catalogues().translator("en")


def of_pack(limit: PackLimit | None) -> Outcome:
    """What a pack says of a normal invoice."""
    advice = advice_for(Verdict.MATCH, State.NORMAL, source=Source.PACK, limit=limit)
    return replace(matched(), source=Source.PACK, as_of=AS_OF, details=None, advice=advice)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("limit", [None, PackLimit.OUTDATED])
def test_kiosk_verify_says_of_when_a_packs_answer_is(
    language: str, limit: PackLimit | None
) -> None:
    frame = Frame(Catalogues().translator(language), language, {})
    line = line_of(frame, form_of(of_pack(limit), "A03-261124-0001", frame.text), ZONE)
    assert line.count("2026-11-24 12:00") == (1 if limit is None else 2)


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
def test_normal_is_said_plainly_of_the_present_only(told: Told, dated: bool) -> None:
    line = headline(told, TEXT, "then", dated=told.dated)
    assert ("valid as of then" in line) == dated


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rests_on", [*Source, "none", "rule", "unknown"])
def test_it_is_worded_on_what_an_answer_rests(rests_on: str, language: str) -> None:
    key = f"told.source.{rests_on}"
    said = Catalogues().translator(language)(key, as_of="then", kiosk="A07")
    assert said != key
    assert ("then" in said) == (rests_on in {*Source})
    assert ("A07" in said) == (rests_on == "pack")
