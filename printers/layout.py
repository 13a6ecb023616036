"""Blocks to lines of a paper's width, counted in columns: the same for text and for pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from printers.characters import cells, plain, width
from printers.document import Align, Block, Document, Feed, Pair, Qr, Rule, Size, Text
from printers.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE_LIMIT = 200
"""Lines on one slip: some 75 cm of paper, more is a mistake."""

GAP = 2
_BULLET = re.compile(r"[-·•●] {1,3}(?=\S)")
_OPENING = frozenset("（《「『【〔“‘([{")
_CLOSING = frozenset("，。、；：？！）》」』】〕”’…,.;:?!)]}%")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that fits the paper."""

    text: str
    align: Align = "left"
    bold: bool = False
    size: Size = 1


Row = Line | Rule | Qr | Feed


def lay_out(document: Document, columns: int) -> tuple[Row, ...]:
    """All rows of a document, in order.

    Raises:
        DocumentError: `document.long` beyond `LINE_LIMIT` lines.
    """
    rows: list[Row] = []
    for paired, blocks in groupby(document.blocks, key=lambda block: isinstance(block, Pair)):
        group = list(blocks)
        rows.extend(_pairs(group, columns) if paired else _others(group, columns))
    if len(rows) > LINE_LIMIT:
        raise DocumentError("document.long")
    return tuple(rows)


def wrap(text: str, columns: int) -> list[str]:
    """Plain text in lines of at most so many columns; words and punctuation stay together."""
    lines = [""]
    for unit in _units(text):
        if width(lines[-1]) + width(unit) <= columns:
            lines[-1] += unit
        elif unit.isspace():
            lines.append("")
        elif width(unit) <= columns:
            lines.append(unit)
        else:
            lines.extend(_chop(lines.pop() + unit, columns))
    stripped = [line.rstrip(" ") for line in lines]
    return [line for line in stripped if line] or [""]


def _others(blocks: Sequence[Block], columns: int) -> Iterator[Row]:
    for block in blocks:
        if isinstance(block, Text):
            for line in _paragraph(plain(block.text), columns // block.size):
                yield Line(line, block.align, block.bold, block.size)
        elif not isinstance(block, Pair):
            yield block


def _paragraph(text: str, columns: int) -> Iterator[str]:
    """Wrapped text; what follows a bullet stays to the right of it."""
    match = _BULLET.match(text)
    bullet = match[0] if match else ""
    indent = " " * width(bullet)
    for line in wrap(text.removeprefix(bullet), columns - len(indent)):
        yield bullet + line
        bullet = indent


def _pairs(blocks: Sequence[Block], columns: int) -> Iterator[Line]:
    pairs = [
        (plain(block.label), plain(block.value), block.bold)
        for block in blocks
        if isinstance(block, Pair)
    ]
    edge = min(max(width(label) for label, _, _ in pairs) + GAP, columns // 2)
    for label, value, bold in pairs:
        for line in _pair(label, value, edge, columns):
            yield Line(line, bold=bold)


def _pair(label: str, value: str, edge: int, columns: int) -> Iterator[str]:
    """A value beside its label; below it when the label is too wide for that."""
    values = wrap(value, columns - edge)
    if width(label) + 1 > edge:
        yield from wrap(label, columns)
        label = ""
    for line in values:
        yield (label + " " * (edge - width(label)) + line).rstrip(" ")
        label = ""


def _units(text: str) -> Iterator[str]:
    """What must not be torn apart: words, and punctuation with what it belongs to."""
    unit = ""
    for character in text:
        if unit and not _joins(unit[-1], character):
            yield unit
            unit = ""
        unit += character
    if unit:
        yield unit


def _joins(before: str, after: str) -> bool:
    if cells(after) == 0:
        return True
    if before.isspace() or after.isspace():
        return False
    narrow = cells(before) < 2 and cells(after) < 2  # noqa: PLR2004 -- a full-wide one may part
    return narrow or after in _CLOSING or before in _OPENING


def _chop(text: str, columns: int) -> Iterator[str]:
    """Cut what is longer than a line wherever the line ends."""
    line, used = "", 0
    for character in text:
        if used + cells(character) > columns:
            yield line
            line, used = "", 0
        line += character
        used += cells(character)
    yield line
