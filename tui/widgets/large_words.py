"""A few words so large that they are read from the other side of the hall."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.widgets.half_blocks import half_blocks
from tui.widgets.large_glyphs import GLYPHS, HEIGHT

_UNKNOWN, _BLANK = 8, 4
"""Columns of a sign without a picture, and of the space between words."""


def drawable(text: str) -> bool:
    """Whether every character has a picture."""
    return all(sign == " " or sign in GLYPHS for sign in text)


def width_of(text: str) -> int:
    """Columns that the words take when they are drawn."""
    return sum(len(_glyph(sign)[0]) for sign in text)


def large_lines(text: str) -> str:
    """Eight lines; a Chinese character takes 16 columns, a Latin one 8, a space 4."""
    rows: list[list[bool]] = [[] for _ in range(HEIGHT)]
    for sign in text:
        for row, dots in zip(rows, _glyph(sign), strict=True):
            row.extend(dots)
    return half_blocks(rows)


def _glyph(sign: str) -> list[list[bool]]:
    code = None if sign == " " else GLYPHS.get(sign)
    if code is None:
        return [[False] * (_BLANK if sign == " " else _UNKNOWN) for _ in range(HEIGHT)]
    digits = len(code) // HEIGHT
    rows = [code[at : at + digits] for at in range(0, len(code), digits)]
    return [[bit == "1" for bit in f"{int(row, 16):0{4 * digits}b}"] for row in rows]


class LargeWords(Static):
    """Shows `text` eight lines high."""

    DEFAULT_CSS = """
    LargeWords { width: auto; height: 8; text-wrap: nowrap; }
    """

    def __init__(self, text: Content) -> None:
        super().__init__(Content(large_lines(text.plain)))
