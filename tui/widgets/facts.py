"""Labels with their values in two columns; a long value goes on under itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.widgets.prose import set_lines


@dataclass(frozen=True, slots=True)
class Fact:
    """One label and what it says."""

    label: Content
    value: Content
    style: str = ""
    """How the value looks, in Textual's terms; empty: as any text."""


def height_of(facts: Sequence[Fact], width: int) -> int:
    """Lines that these facts take at a width."""
    return len(_lines(facts, width))


class Facts(Widget):
    """As many lines as the values take at the width there is."""

    DEFAULT_CSS = """
    Facts { height: auto; width: 1fr; }
    """

    def __init__(
        self,
        facts: Sequence[Fact],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._facts = [*facts]

    @property
    def facts(self) -> Sequence[Fact]:
        """What is shown."""
        return self._facts

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a fact, more for long ones."""
        del container, viewport
        return height_of(self._facts, width)

    def render(self) -> Content:
        """The lines at the present width."""
        return Content("\n").join(_lines(self._facts, self.size.width))


def _lines(facts: Sequence[Fact], width: int) -> list[Content]:
    column = max((fact.label.cell_length for fact in facts), default=0) + 2
    room = max(8, width - column)
    lines: list[Content] = []
    for fact in facts:
        plain = [Content(line) for line in set_lines(fact.value.plain, room)]
        wrapped = [line.stylize(fact.style) for line in plain] if fact.style else plain
        head = fact.label.stylize("$quiet")
        lines.append(head.pad_right(column - head.cell_length).append(wrapped[0]))
        lines.extend(line.pad_left(column) for line in wrapped[1:])
    return lines
