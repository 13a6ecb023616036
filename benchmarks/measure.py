"""One measured figure beside its peer, and how figures are told and kept."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.machine import describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

HEADER = ("measured", "ours", "peer", "theirs", "ratio", "bar", "")


@dataclass(frozen=True, slots=True)
class Bar:
    """What the figure should keep: at least or at most `limit`."""

    limit: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        return value <= self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Measure:
    """`ours` in `unit`; with a peer, the bar is on ours / theirs, else on ours.

    `ours` is `None` where the figure could not be taken; `note` then says why.
    """

    what: str
    ours: float | None
    unit: str
    peer: str = ""
    theirs: float | None = None
    bar: Bar | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.theirs if self.ours is not None and self.theirs else None

    @property
    def met(self) -> bool | None:
        """Whether the bar is kept; `None` without a bar or a figure."""
        value = self.ours if self.theirs is None else self.ratio
        return None if self.bar is None or value is None else self.bar.met(value)

    def line(self) -> dict[str, Any]:
        """The figure as JSON."""
        ratio = None if self.ratio is None else round(self.ratio, 3)
        bar = None if self.bar is None else str(self.bar)
        return asdict(self) | {"ratio": ratio, "bar": bar, "met": self.met}


def table(measures: Sequence[Measure]) -> str:
    """Columns as wide as their cells; notes below the line they belong to."""
    rows = [HEADER, *(_cells(each) for each in measures)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    notes = ["", *(each.note for each in measures)]
    lines = []
    for row, note in zip(rows, notes, strict=True):
        padded = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
        if note:
            lines.append(f"    {note}")
    return "\n".join(lines)


def keep(
    path: Path, row: str, measures: Sequence[Measure], taken: datetime, *, quick: bool
) -> None:
    """Put a row's figures into the file; other rows stay, each with its machine and hour."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[row] = {
        "taken": taken.isoformat(timespec="seconds"),
        "quick": quick,
        "machine": describe(),
        "measures": [each.line() for each in measures],
    }
    text = json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _cells(each: Measure) -> tuple[str, ...]:
    verdict = {True: "kept", False: "MISSED", None: ""}[each.met]
    return (
        each.what,
        "not measured" if each.ours is None else _figure(each.ours, each.unit),
        each.peer,
        "" if each.theirs is None else _figure(each.theirs, each.unit),
        "" if each.ratio is None else f"{each.ratio:.3f}",
        "" if each.bar is None else str(each.bar),
        verdict,
    )


def _figure(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if abs(value) >= 100 else f"{value:.3g} {unit}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
