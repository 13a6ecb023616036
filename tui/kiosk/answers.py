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


def tone_of(verdict: Verdict, state: State | None) -> Tone:
    """A match is good news only in the normal state."""
    if verdict is Verdict.MATCH:
        return Tone.GOOD if state is State.NORMAL else Tone.WARN
    return _TONES[verdict]


def headline_key(verdict: Verdict, state: State | None) -> str:
    """The key of the one sentence that is the answer."""
    if verdict is Verdict.MATCH and state is not None:
        return f"result.match.{state}"
    return f"result.{verdict}"


def large_key(verdict: Verdict, state: State | None) -> str:
    """The key of the same answer in four characters or one word, to be drawn large."""
    return headline_key(verdict, state).replace("result.", "result.large.", 1)


def source_key(source: Source | None, verdict: Verdict) -> str:
    """The key of where the answer comes from, said no better than it is."""
    if source is not None:
        return f"result.source.{source}"
    return "result.source.none" if verdict is Verdict.UNAVAILABLE else "result.source.rule"
