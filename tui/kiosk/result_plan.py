"""How much of a result fits how: decided from the texts before anything is mounted.

The large words come first, with the whole sentence below them; the code's picture is drawn where
there is room left, since slip and record number open the same record. No word may be cut off or
scrolled away: where the facts need the room, the large words give way and then the shape does.
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
_CODE_WIDE, _CODE_GRAND = 40, 70
_CODE_HEIGHT: Final = 28
"""Lines from which the code fits with its caption, the record's number and the slip's state."""
_EDGE_WIDE, _EDGE_FULL = 3, 2
_EMBLEM, _EMBLEM_GRAND = 12, 16
_GAP: Final = 2
_LEAST_HALF: Final = 24
_BOX_COLUMNS, _BOX_LINES, _BOX_GAPS = 6, 4, 4


class ResultText(NamedTuple):
    """What stands below the answer."""

    details: Sequence[Fact]
    advice: Sequence[Fact]
    proof: Sequence[Fact]
    timeline: Sequence[Fact] = ()
    """Of an earlier record: the result of then and the one of now, before all else."""


class Banner(IntEnum):
    """The answer's height.

    Large words with the sentence in two languages and air, without air, with the sentence in one
    language; without large words; without the shape.
    """

    GRAND = 14
    LARGE = 10
    TIGHT = 9
    WORDS = 5
    LOW = 3

    @property
    def large(self) -> bool:
        """Whether words are drawn large."""
        return self >= Banner.TIGHT


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
    """A terminal."""

    width: int
    height: int

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

    def words(self, plan: Plan) -> int:
        """Columns for the large words beside the shape."""
        code = (_CODE_GRAND if self.grand else _CODE_WIDE) if plan.code else 0
        return self.width - code - (_EMBLEM_GRAND if self.grand else _EMBLEM)

    @property
    def grand(self) -> bool:
        """Room for everything, in boxes."""
        return self.width >= WIDE and self.height >= TALL

    @property
    def _ways(self) -> Sequence[tuple[bool, Banner]]:
        if self.grand:
            banners: tuple[Banner, ...] = (Banner.GRAND, Banner.LOW)
        else:
            banners = (Banner.LARGE, Banner.TIGHT, Banner.WORDS, Banner.LOW)
        coded = self.width >= WIDE and self.height >= _CODE_HEIGHT
        return [
            (code, banner)
            for banner in banners
            for code in ((True, False) if coded and banner.large else (False,))
        ]

    def _body(self, banner: Banner, *, code: bool) -> int:
        """Lines for the facts."""
        bars = _BARS_TALL if self.height >= TALL else _BARS_SHORT
        return self.height - bars - banner - (0 if code else _STRIP)

    def _beside_code(self, text: ResultText) -> int:
        """Lines of all three parts below each other; where there is much room, in two boxes."""
        if self.grand:
            width = self.width - _CODE_GRAND - 2 * _EDGE_WIDE - _BOX_COLUMNS
            boxes = _BOX_LINES * (1 + bool(text.details)) + _BOX_GAPS + bool(text.timeline)
        else:
            width, boxes = self.width - _CODE_WIDE - 2 * _EDGE_WIDE, 0
        return sum(height_of(part, width) for part in text) + boxes

    def _split(self, text: ResultText) -> tuple[int, int]:
        """The columns of the details beside the proof, and lines with the advice below them.

        Halves, unless other widths spare lines.
        """
        width = self.width - 2 * _EDGE_FULL
        advice = height_of(text.advice, width) + height_of(text.timeline, width)
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
