"""What a page says, before it is HTML: plain text in one language, nothing to be marked up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a box looks; its words and its sign say the same, so that colour is never needed."""

    PLAIN = "plain"
    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"

    @property
    def sign(self) -> str:
        """A sign for those who do not see the colour; screen readers pass over it."""
        return {"plain": "", "good": "✔", "caution": "⚠", "bad": "✘"}[self.value]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of label and value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Box:
    """One part of a page: a heading, what it comes to, sentences, and facts."""

    heading: str
    result: str = ""
    tone: Tone = Tone.PLAIN
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page. `lookup`: it has the form for a record number, which holds this text."""

    title: str
    lead: str
    boxes: tuple[Box, ...] = ()
    advice: tuple[str, ...] = ()
    lookup: str | None = None
    status: int = 200
