"""A terminal's screen as a picture, for the README and for looking at screens without one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyte
    from PIL import ImageDraw, ImageFont

CELL = (12, 24)
"""Pixels of a narrow character."""

FONT_SIZE = 21
WIDE = 2
BLOCKS = {
    "█": (0, 0, 1, 1),
    "▀": (0, 0, 1, 0.5),
    "▄": (0, 0.5, 1, 1),
    "▌": (0, 0, 0.5, 1),
    "▐": (0.5, 0, 1, 1),
    "▔": (0, 0, 1, 0.125),
    "▁": (0, 0.875, 1, 1),
    "▏": (0, 0, 0.125, 1),
    "▕": (0.875, 0, 1, 1),
}
"""Block characters, drawn as the part of the cell they fill so that codes stay scannable."""

LINES = {
    "─": "lr", "│": "tb", "╭": "rb", "╮": "lb", "╰": "tr", "╯": "tl", "┌": "rb", "┐": "lb",
    "└": "tr", "┘": "tl", "├": "trb", "┤": "tlb", "┬": "lrb", "┴": "tlr", "┼": "tlrb",
    "━": "lr", "┃": "tb", "╶": "r", "╴": "l",
}  # fmt: skip
"""Lines from the middle of the cell to its left, right, top and bottom edge."""

SHAPES = {
    "▸": ((0.2, 0.3), (0.85, 0.5), (0.2, 0.7)),
    "▶": ((0.1, 0.25), (0.95, 0.5), (0.1, 0.75)),
    "◄": ((0.9, 0.3), (0.1, 0.5), (0.9, 0.7)),
    "✔": ((0.05, 0.5), (0.35, 0.7), (0.95, 0.25), (1.0, 0.33), (0.37, 0.85), (0.0, 0.58)),
    "✖": (
        (0.1, 0.3), (0.25, 0.24), (0.5, 0.42), (0.75, 0.24), (0.9, 0.3), (0.65, 0.5),
        (0.9, 0.7), (0.75, 0.76), (0.5, 0.58), (0.25, 0.76), (0.1, 0.7), (0.35, 0.5),
    ),
}  # fmt: skip
"""Signs that the Chinese font lacks, as polygons within the cell."""

ROUND = {"●": True, "○": False}
"""Signs that the Chinese font draws two cells wide; true where filled."""

NAMED = {
    "black": "000000",
    "red": "aa0000",
    "green": "00aa00",
    "brown": "aa5500",
    "blue": "0000aa",
    "magenta": "aa00aa",
    "cyan": "00aaaa",
    "white": "ffffff",
    "brightblack": "555555",
    "brightred": "ff5555",
    "brightgreen": "55ff55",
    "brightbrown": "ffff55",
    "brightyellow": "ffff55",
    "brightblue": "5555ff",
    "brightmagenta": "ff55ff",
    "bfightmagenta": "ff55ff",  # as pyte spells it
    "brightcyan": "55ffff",
    "brightwhite": "ffffff",
}
DEFAULT_INK, DEFAULT_PAPER = "d0d0d0", "101010"


class _Cell(NamedTuple):
    left: int
    top: int
    width: int


def draw_screen(screen: pyte.Screen, font_file: Path) -> bytes:
    """The screen as PNG bytes."""
    # Pictures are drawn on request only.
    from PIL import Image, ImageDraw, ImageFont

    size = (screen.columns * CELL[0], screen.lines * CELL[1])
    picture = Image.new("RGB", size, f"#{DEFAULT_PAPER}")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(font_file), FONT_SIZE)
    for cell, char in _cells(screen):
        _draw_cell(pen, cell, char, font)
    drawn = io.BytesIO()
    picture.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


def _cells(screen: pyte.Screen) -> Iterator[tuple[_Cell, pyte.screens.Char]]:
    for y in range(screen.lines):
        row = screen.buffer[y]
        for x in range(screen.columns):
            char = row[x]
            if char.data:  # the second half of a wide character is empty
                wide = x + 1 < screen.columns and not row[x + 1].data
                yield _Cell(x * CELL[0], y * CELL[1], CELL[0] * (WIDE if wide else 1)), char


def _draw_cell(
    pen: ImageDraw.ImageDraw, cell: _Cell, char: pyte.screens.Char, font: ImageFont.FreeTypeFont
) -> None:
    ink, paper = _colour(char.fg, DEFAULT_INK), _colour(char.bg, DEFAULT_PAPER)
    if char.reverse:
        ink, paper = paper, ink
    right, bottom = cell.left + cell.width, cell.top + CELL[1]
    pen.rectangle((cell.left, cell.top, right - 1, bottom - 1), fill=paper)
    if char.data in BLOCKS:
        x0, y0, x1, y1 = BLOCKS[char.data]
        pen.rectangle(
            (
                cell.left + round(x0 * cell.width),
                cell.top + round(y0 * CELL[1]),
                cell.left + round(x1 * cell.width) - 1,
                cell.top + round(y1 * CELL[1]) - 1,
            ),
            fill=ink,
        )
    elif char.data in LINES:
        _draw_lines(pen, cell, LINES[char.data], ink)
    elif char.data in SHAPES:
        corners = [
            (cell.left + x * cell.width, cell.top + y * CELL[1]) for x, y in SHAPES[char.data]
        ]
        pen.polygon(corners, fill=ink)
    elif char.data in ROUND:
        top = cell.top + (CELL[1] - cell.width) // 2
        around = (cell.left + 1, top + 1, right - 2, top + cell.width - 2)
        pen.ellipse(around, fill=ink if ROUND[char.data] else None, outline=ink, width=2)
    elif char.data.strip():
        middle = (cell.left + cell.width / 2, cell.top + CELL[1] / 2)
        bold = 0.4 if char.bold else 0
        pen.text(middle, char.data, font=font, fill=ink, anchor="mm", stroke_width=bold)


def _draw_lines(pen: ImageDraw.ImageDraw, cell: _Cell, ends: str, ink: str) -> None:
    x, y = cell.left + cell.width // 2, cell.top + CELL[1] // 2
    right, bottom = cell.left + cell.width - 1, cell.top + CELL[1] - 1
    strokes = {
        "l": (cell.left, y, x + 1, y + 1),
        "r": (x, y, right, y + 1),
        "t": (x, cell.top, x + 1, y + 1),
        "b": (x, y, x + 1, bottom),
    }
    for end in ends:
        pen.rectangle(strokes[end], fill=ink)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return f"#{default}"
    return f"#{NAMED.get(name, name)}"
