"""The answer at the head of a page: shape, large words, and the sentence in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.kiosk.answers import headline_key, large_keys, tone_of
from tui.kiosk.told_words import record_moment
from tui.widgets.emblem import Tone
from tui.widgets.large_words import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.content import Content

    from invoices.check import Check
    from invoices.outcome import Outcome
    from invoices.told import Told
    from tui.kiosk.wording import Wording


@dataclass(frozen=True, slots=True)
class Answer:
    """`large` holds the words to be drawn, the fullest first; `other` is in another language."""

    tone: Tone
    large: Sequence[Content]
    headline: Content
    other: Content

    def drawn(self, columns: int) -> Content:
        """The fullest large words that fit into so many columns; the shortest where none do."""
        fitting = (words for words in self.large if width_of(words.plain) <= columns)
        return next(fitting, self.large[-1])


def fresh_answer(outcome: Outcome, wording: Wording, *, scanned: bool = False) -> Answer:
    """The answer to a check that was just made; of a scan nobody filled anything in wrong."""
    verdict, state, dated = outcome.verdict, outcome.state, outcome.outdated
    key = headline_key(verdict, state, dated=dated, scanned=scanned)
    large = large_keys(verdict, state, dated=dated, scanned=scanned)
    as_of = wording.minute(outcome.as_of) if outcome.as_of else ""
    return Answer(
        tone_of(verdict, state, dated=dated),
        [wording.say(words) for words in large],
        wording.say(key, as_of=as_of),
        wording.say(f"{key}.other", as_of=as_of),
    )


def record_answer(check: Check, present: Told | None, wording: Wording) -> Answer:
    """The answer to an earlier record: that it is one, and never its own good news.

    Bad news of the present leads; good news of it stands below, beside its source.
    """
    moment = record_moment(check.at, wording).text(wording)
    headline = wording.say("record.headline", moment=moment)
    other = wording.say("record.headline.other", moment=wording.minute(check.at))
    if present is not None:
        verdict, state, dated = present.verdict, present.state, present.dated
        tone = tone_of(verdict, state, dated=dated)
        if tone is not Tone.GOOD:
            as_of = wording.minute(present.as_of) if present.as_of else ""
            now = wording.text(headline_key(verdict, state, dated=dated), as_of=as_of)
            large = [wording.say(key) for key in large_keys(verdict, state, dated=dated)]
            return Answer(tone, large, headline, wording.say("record.now.is", result=now))
    return Answer(Tone.PAST, [wording.say("record.large")], headline, other)
