"""How much of a result fits how: decided from the texts before anything is mounted.

On a small terminal the code's picture takes half of the screen. Where the words need that
room they get it: the slip has the code on it too, and no word may be cut off or scrolled away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from tui.widgets.facts import Fact, height_of

WIDE: Final = 120
TALL: Final = 40
MOST_AIR: Final = 3

# The style sheet's measures, in lines and columns.
_BARS_SHORT, _BARS_TALL = 4, 8
_STRIP: Final = 1
_CODE_NARROW, _CODE_WIDE, _CODE_GRAND = 35, 40, 70
_EDGE_NARROW, _EDGE_WIDE, _EDGE_FULL = 1, 3, 2
_GAP: Final = 2
_LEAST_HALF: Final = 24
_BOX_COLUMNS, _BOX_LINES, _BOX_GAPS = 6, 4, 4


class ResultText(NamedTuple):
    """What stands below the answer."""

    details: Sequence[Fact]
    advice: Sequence[Fact]
    proof: Sequence[Fact]


class Banner(IntEnum):
    """The answer's height: its words large and small, large, small, small without the shape."""

    GRAND = 14
    LARGE = 8
    WORDS = 5
    LOW = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """With the code's picture beside the words or not; how high the answer; lines left blank.

    `details` is the columns of the details that stand beside the proof, 0 where they do not.
    """

    code: bool
    banner: Banner
    details: int
    air: int

    @property
    def classes(self) -> dict[str, bool]:
        """The style sheet's names for it: the first line of air is above the advice."""
        air = {f"-air-{line}": self.air >= line for line in range(1, MOST_AIR + 1)}
        banners = {f"-banner-{banner.name.lower()}": self.banner is banner for banner in Banner}
        return {"-full": not self.code, **banners, **air}


@dataclass(frozen=True, slots=True)
class Room:
    """A terminal; `contrast` is the look with large words."""

    width: int
    height: int
    contrast: bool

    def plan_for(self, text: ResultText) -> Plan:
        """The best plan that fits; where none does, the one that needs least room scrolls."""
        for plan in self.fitting(text):
            return plan
        details, _ = self._split(text)
        return Plan(code=False, banner=Banner.LOW, details=details, air=0)

    def fitting(self, text: ResultText) -> Iterator[Plan]:
        """The plans in which all of the text is seen, the best first."""
        split: tuple[int, int] | None = None  # the dear part, and most texts do without
        for code, banner in self._ways:
            if code:
                details, lines = 0, self._beside_code(text)
            else:
                split = split or self._split(text)
                details, lines = split
            free = self._body(banner, code=code) - lines
            if free >= 0:
                air = min(free, self._most_air(text, code=code))
                yield Plan(code, banner, details, air)

    @property
    def grand(self) -> bool:
        """Room for everything, in boxes."""
        return self.width >= WIDE and self.height >= TALL

    @property
    def _ways(self) -> Sequence[tuple[bool, Banner]]:
        if self.grand:
            return ((True, Banner.GRAND), (False, Banner.GRAND), (False, Banner.LOW))
        first = Banner.LARGE if self.contrast and self.width < WIDE else None
        large = () if first is None else ((False, first),)
        code = ((True, Banner.WORDS),) if first is None else ()
        return (*large, *code, (False, Banner.WORDS), (False, Banner.LOW))

    def _body(self, banner: Banner, *, code: bool) -> int:
        """Lines for the facts."""
        bars = _BARS_TALL if self.height >= TALL else _BARS_SHORT
        return self.height - bars - banner - (0 if code else _STRIP)

    def _beside_code(self, text: ResultText) -> int:
        """Lines of all three parts below each other; where there is much room, in two boxes."""
        if self.grand:
            width = self.width - _CODE_GRAND - 2 * _EDGE_WIDE - _BOX_COLUMNS
            boxes = _BOX_LINES * (2 if text.details else 1) + _BOX_GAPS
        elif self.width >= WIDE:
            width, boxes = self.width - _CODE_WIDE - 2 * _EDGE_WIDE, 0
        else:
            width, boxes = self.width - _CODE_NARROW - 2 * _EDGE_NARROW, 0
        return sum(height_of(part, width) for part in text) + boxes

    def _split(self, text: ResultText) -> tuple[int, int]:
        """The columns of the details beside the proof, and lines with the advice below them.

        Halves, unless other widths spare lines.
        """
        width = self.width - 2 * _EDGE_FULL
        advice = height_of(text.advice, width)
        if not text.details:
            return 0, height_of(text.proof, width) + advice
        room = width - _GAP
        widths = sorted(range(_LEAST_HALF, room - _LEAST_HALF), key=lambda w: abs(2 * w - room))
        heights = {
            columns: max(height_of(text.details, columns), height_of(text.proof, room - columns))
            for columns in widths
        }
        best = min(widths, key=lambda columns: heights[columns])
        return best, heights[best] + advice

    def _most_air(self, text: ResultText, *, code: bool) -> int:
        """Above and below the advice, and at the top; none of these twice."""
        return MOST_AIR if code and text.details else MOST_AIR - 1
