"""Seven shapes that tell an answer without its colour and without its words."""

from __future__ import annotations

from enum import StrEnum

from textual.content import Content
from textual.widgets import Static

from tui.widgets.half_blocks import dots_of, half_blocks


class Tone(StrEnum):
    """How an answer feels: each has a shape, a colour and words of its own."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ASK = "ask"
    LATER = "later"
    STOP = "stop"
    PAST = "past"
    """A record of before: neither good news nor bad."""


_PICTURES = {
    Tone.GOOD: (
        "..........##",
        ".........###",
        "........###.",
        ".......###..",
        "##....###...",
        "###..###....",
        ".######.....",
        "..####......",
        "...##.......",
        "............",
    ),
    Tone.BAD: (
        "##........##",
        "###......###",
        ".###....###.",
        "..###..###..",
        "...######...",
        "...######...",
        "..###..###..",
        ".###....###.",
        "###......###",
        "##........##",
    ),
    Tone.WARN: (
        "....####....",
        "....####....",
        "....####....",
        "....####....",
        ".....##.....",
        ".....##.....",
        "............",
        "............",
        "....####....",
        "....####....",
    ),
    Tone.ASK: (
        "..########..",
        ".##......##.",
        ".##......##.",
        ".........##.",
        ".......###..",
        ".....###....",
        ".....##.....",
        "............",
        ".....##.....",
        ".....##.....",
    ),
    Tone.LATER: (
        "############",
        ".##......##.",
        ".##......##.",
        "..##.##.##..",
        "....####....",
        "....####....",
        "..##....##..",
        ".##..##..##.",
        ".##.####.##.",
        "############",
    ),
    Tone.STOP: (
        "...######...",
        ".##########.",
        ".##########.",
        "############",
        "##........##",
        "##........##",
        "############",
        ".##########.",
        ".##########.",
        "...######...",
    ),
    Tone.PAST: (
        "...######...",
        ".##......##.",
        ".#...##...#.",
        "##...##...##",
        "#....##....#",
        "#....####..#",
        "##........##",
        ".#........#.",
        ".##......##.",
        "...######...",
    ),
}


class Emblem(Static):
    """The shape of a tone, 12 columns by 5 lines, on the tone's colour."""

    DEFAULT_CSS = """
    Emblem {
        width: 16;
        height: 5;
        content-align: center middle;
        text-wrap: nowrap;
        color: $foreground-on-primary;
        background: $primary;
        &.-good { background: $success; }
        &.-warn { background: $warning; }
        &.-bad { background: $error; }
        &.-later { background: $tone-later; }
        &.-stop { background: $tone-stop; }
    }
    """

    def __init__(self, tone: Tone, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(Content(half_blocks(dots_of(_PICTURES[tone]))), id=id, classes=f"-{tone}")
