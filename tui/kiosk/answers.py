"""An outcome in the terms of the screen: its tone and the keys of its words."""

from __future__ import annotations

from typing import Final

from invoices.verdict import Source, State, Verdict
from tui.widgets.emblem import Tone

_TONES: Final = {
    Verdict.MISMATCH: Tone.BAD,
    Verdict.NOT_FOUND: Tone.ASK,
    Verdict.TOO_EARLY: Tone.LATER,
    Verdict.TOO_OLD: Tone.STOP,
    Verdict.DAILY_LIMIT: Tone.LATER,
    Verdict.BAD_INPUT: Tone.STOP,
    Verdict.UNSUPPORTED: Tone.STOP,
    Verdict.UNAVAILABLE: Tone.LATER,
}


def tone_of(verdict: Verdict, state: State | None, *, dated: bool = False) -> Tone:
    """A match is good news only in the normal state, where that is known of the present."""
    if verdict is Verdict.MATCH:
        return Tone.GOOD if state is State.NORMAL and not dated else Tone.WARN
    return _TONES[verdict]


def headline_key(
    verdict: Verdict, state: State | None, *, dated: bool = False, scanned: bool = False
) -> str:
    """The key of the one sentence that is the answer; a dated normal has a place for `as_of`.

    Of a code that was `scanned` nobody has filled anything in wrong.
    """
    if scanned and verdict is Verdict.BAD_INPUT:
        return "result.bad_code"
    if dated and state is State.NORMAL:
        return "result.match.then_normal"
    if verdict is Verdict.MATCH and state is not None:
        return f"result.match.{state}"
    return f"result.{verdict}"


def large_keys(
    verdict: Verdict, state: State | None, *, dated: bool = False, scanned: bool = False
) -> tuple[str, ...]:
    """The keys of the same answer in a few large characters, the fullest words first."""
    headline = headline_key(verdict, state, dated=dated, scanned=scanned)
    key = headline.replace("result.", "result.large.", 1)
    return (key, f"{key}.short") if state is State.RED_PARTIAL else (key,)


def source_key(source: Source | None, verdict: Verdict) -> str:
    """The key of where the answer comes from, said no better than it is."""
    if source is not None:
        return f"result.source.{source}"
    return "result.source.none" if verdict is Verdict.UNAVAILABLE else "result.source.rule"
