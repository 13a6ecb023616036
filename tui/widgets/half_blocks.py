"""Dots as characters: two dots, one above the other, to a cell."""

from __future__ import annotations

from collections.abc import Sequence

_CELLS = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def half_blocks(dots: Sequence[Sequence[bool]]) -> str:
    """Rows of dots, all of one length, as half as many lines of half-block characters."""
    rows = [*dots]
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join(
        "".join(_CELLS[above, below] for above, below in zip(upper, lower, strict=True))
        for upper, lower in pairs
    )


def enlarged(dots: Sequence[Sequence[bool]], factor: int) -> list[list[bool]]:
    """The same picture, every dot `factor` times as wide and as high."""
    return [[dot for dot in row for _ in range(factor)] for row in dots for _ in range(factor)]


def dots_of(picture: Sequence[str]) -> list[list[bool]]:
    """A picture drawn with `#` and anything else."""
    return [[mark == "#" for mark in row] for row in picture]
