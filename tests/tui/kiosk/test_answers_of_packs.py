"""An answer that may not hold any more is said as what it was."""

from __future__ import annotations

import pytest

from invoices.verdict import State, Verdict
from tests.tui.scripted_ports import CATALOGUES
from tui.kiosk.answers import headline_key, large_keys, tone_of
from tui.widgets.emblem import Tone
from tui.widgets.large_words import drawable, large_lines

LARGE_WIDTH = 68
"""Columns beside the emblem of the smallest screen."""


def test_a_normal_state_that_is_outdated_is_no_good_news() -> None:
    answer = (Verdict.MATCH, State.NORMAL)
    assert headline_key(*answer, dated=True) == "result.match.then_normal"
    assert large_keys(*answer, dated=True) == ("result.large.match.then_normal",)
    assert tone_of(*answer, dated=True) is Tone.WARN
    assert tone_of(*answer) is Tone.GOOD


@pytest.mark.parametrize("state", [state for state in State if state is not State.NORMAL])
def test_a_state_that_only_goes_forward_is_said_plainly(state: State) -> None:
    assert headline_key(Verdict.MATCH, state, dated=True) == f"result.match.{state}"
    assert tone_of(Verdict.MATCH, state, dated=True) is Tone.WARN


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_it_can_be_drawn_large(language: str) -> None:
    (key,) = large_keys(Verdict.MATCH, State.NORMAL, dated=True)
    said = CATALOGUES.translator(language)(key)
    assert drawable(said)
    assert max(map(len, large_lines(said).splitlines())) <= LARGE_WIDTH
