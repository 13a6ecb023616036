"""What a slip says, free of any printer: blocks of text, pairs, rules and codes.

Text is what people read, so whatever could steer a printer, a terminal or the direction
of reading is dropped when the document is laid out; nothing needs escaping here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from printers.errors import DocumentError

Align = Literal["left", "center"]
Size = Literal[1, 2]

QR_LIMIT = 1000
"""Characters in a QR code; more would not fit a slip's width in modules one can scan."""

FEED_LIMIT = 20
"""Blank lines in one feed."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, wrapped to the paper; `size` 2 is twice as wide and twice as high."""

    text: str
    align: Align = "left"
    bold: bool = False
    size: Size = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; the values of neighbouring pairs share one left edge."""

    label: str
    value: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code in the middle of the paper; `data` is printable ASCII.

    Raises:
        DocumentError: `document.qr` when the data is empty, too long or not printable ASCII.
    """

    data: str

    def __post_init__(self) -> None:
        """Refuse what no scanner would read back as it was meant."""
        fits = 0 < len(self.data) <= QR_LIMIT
        if not fits or not (self.data.isascii() and self.data.isprintable()):
            raise DocumentError("document.qr")


@dataclass(frozen=True, slots=True)
class Feed:
    """Blank lines.

    Raises:
        DocumentError: `document.feed` when there are less than one or too many.
    """

    lines: int = 1

    def __post_init__(self) -> None:
        """A slip of a metre of nothing is a mistake."""
        if not 1 <= self.lines <= FEED_LIMIT:
            raise DocumentError("document.feed")


Block = Text | Pair | Rule | Qr | Feed


@dataclass(frozen=True, slots=True)
class Document:
    """One slip, top to bottom; the cut is the encoder's.

    `reprint_mark` is what a copy carries on top (such as 补打), in the slip's own language.
    """

    blocks: tuple[Block, ...]
    reprint_mark: str = ""

    def as_reprint(self) -> Document:
        """The same slip under its mark.

        Raises:
            DocumentError: `document.unmarked` when there is no mark: a copy must show it.
        """
        if not self.reprint_mark:
            raise DocumentError("document.unmarked")
        mark = Text(self.reprint_mark, align="center", bold=True)
        return replace(self, blocks=(mark, *self.blocks), reprint_mark="")
