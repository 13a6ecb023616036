"""Drawing one line of text into a picture, on the same grid of columns as a printer's own font."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from printers.characters import cells, width
from printers.profile import COLUMN_DOTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

    from printers.font import Font

HEIGHT = 24
"""Dots from top to bottom of a character."""

PITCH = 30
"""Dots from one line to the next, the printers' own default."""

_BASELINE = 0.88
"""Of the em square's height, in Noto Sans SC."""

_NARROW = 22 / 24
"""Latin letters a little smaller: so their digits are one column wide."""

_TIGHTEST, _LOOSEST = 0.8, 1.2


@dataclass(frozen=True, slots=True)
class Pen:
    """How to draw: where to, in which font, how large; ink is the picture's brightest value."""

    target: ImageDraw
    font: Font
    size: int = 1
    bold: bool = False
    ink: int = 255

    def write(self, text: str, left: int, top: int) -> None:
        """Draw plain text whose first column starts at `left`."""
        column = COLUMN_DOTS * self.size
        baseline = top + round(HEIGHT * self.size * _BASELINE)
        for run in _runs(text):
            box = width(run) * column
            self._run(run, left, box, baseline)
            left += box

    def _run(self, run: str, left: int, box: int, baseline: int) -> None:
        wide = cells(run[0]) == 2  # noqa: PLR2004 -- full wide
        font = self.font.at(round(HEIGHT * self.size * (1 if wide else _NARROW)))
        if wide or not any(map(str.isalpha, run)):
            self._on_columns(run, left, baseline, font)
        else:
            self._as_word(run, left, box, baseline, font)

    def _on_columns(self, run: str, left: int, baseline: int, font: FreeTypeFont) -> None:
        """Digits, dashes and Chinese: each in the middle of its own columns."""
        for cluster in _clusters(run):
            room = width(cluster) * COLUMN_DOTS * self.size
            self._character(cluster, left + (room - font.getlength(cluster)) / 2, baseline, font)
            left += room

    def _as_word(self, run: str, left: int, box: int, baseline: int, font: FreeTypeFont) -> None:
        """Letters keep their own widths, pulled so that the word fills its columns."""
        natural = font.getlength(run) or 1.0
        pull = min(max(box / natural, _TIGHTEST), _LOOSEST)
        for index, character in enumerate(run):
            advance = font.getlength(run[:index]) * pull
            self._character(character, left + advance, baseline, font)

    def _character(self, character: str, x: float, y: int, font: FreeTypeFont) -> None:
        strokes = self.size + 1 if self.bold else 1
        for shift in range(strokes):
            self.target.text((x + shift, y), character, fill=self.ink, font=font, anchor="ls")


def _runs(text: str) -> Iterator[str]:
    """Words of narrow characters; every full-wide one by itself, marks with their letter."""
    for narrow, characters in groupby(_clusters(text), key=lambda cluster: cells(cluster[0]) < 2):  # noqa: PLR2004
        if not narrow:
            yield from characters
            continue
        for _, word in groupby(characters, key=str.isspace):
            yield "".join(word)


def _clusters(text: str) -> Iterator[str]:
    cluster = ""
    for character in text:
        if cluster and cells(character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster
