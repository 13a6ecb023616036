"""Findings as rows, records as lines: a sign, a name, a sentence; never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from textual.content import Content

from tui.plain_text import plain_text
from tui.technician.ports import Level
from tui.widgets.prose import set_lines

if TYPE_CHECKING:
    from datetime import datetime

    from tui.technician.ports import Found, LogLine

PART: Final = 10
"""Cells of the name of what was looked at."""
SENTENCE: Final = 400
_ARROW: Final = "  → "
_LOUD: Final = frozenset({"warning", "error", "critical"})

SIGNS: Mapping[Level, str] = MappingProxyType(
    {Level.OK: "✔", Level.NOTE: "·", Level.WARNING: "!", Level.FAULT: "✖", Level.UNKNOWN: "?"}
)
PLAIN_SIGNS: Mapping[Level, str] = MappingProxyType(
    {Level.OK: "+", Level.NOTE: ".", Level.WARNING: "!", Level.FAULT: "X", Level.UNKNOWN: "?"}
)
"""For the kernel's console, whose font has no others."""
STYLES: Mapping[Level, str] = MappingProxyType(
    {
        Level.OK: "$success",
        Level.NOTE: "$quiet",
        Level.WARNING: "bold $warning",
        Level.FAULT: "bold $error",
        Level.UNKNOWN: "bold $accent",
    }
)


_ORDER: Final = (Level.FAULT, Level.WARNING, Level.UNKNOWN)


def by_urgency(found: Sequence[Found]) -> list[Found]:
    """What is bad first, then what is not known; the rest as it came."""
    ranks = {level: rank for rank, level in enumerate(_ORDER)}
    return sorted(found, key=lambda each: ranks.get(each.level, len(_ORDER)))


def row(found: Found, signs: Mapping[Level, str]) -> Content:
    """One finding in one line."""
    name = Content(plain_text(found.part))
    name = name.pad_right(max(1, PART - name.cell_length + 1))
    sentence = Content(plain_text(found.line, SENTENCE))
    if found.level in {Level.WARNING, Level.FAULT}:
        sentence = sentence.stylize(STYLES[found.level])
    sign = Content.styled(signs[found.level], STYLES[found.level])
    return Content.assemble(sign, " ", name.stylize("$quiet"), sentence)


def cured(found: Found, signs: Mapping[Level, str], width: int) -> Content:
    """A finding and below it what to do, if anything, in lines of `width`."""
    if not found.cure:
        return row(found, signs)
    cure = set_lines(plain_text(found.cure, SENTENCE), max(20, width - len(_ARROW)))
    arrows = (_ARROW, *[" " * len(_ARROW)] * (len(cure) - 1))
    rest = [Content(arrow + line) for arrow, line in zip(arrows, cure, strict=True)]
    return Content("\n").join([row(found, signs), *rest])


def record(line: LogLine, at: datetime) -> Content:
    """One record of the log at its moment of the wall clock."""
    style = "$warning" if line.level in _LOUD else "$quiet"
    level = Content.styled(plain_text(line.level)[:8].ljust(8), style)
    text = Content(plain_text(line.text, SENTENCE))
    return Content.assemble(Content.styled(f"{at:%H:%M:%S} ", "$quiet"), level, " ", text)
