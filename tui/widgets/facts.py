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
        self._column = max((fact.label.cell_length for fact in facts), default=0) + 2

    @property
    def facts(self) -> Sequence[Fact]:
        """What is shown."""
        return self._facts

    def height_at(self, width: int) -> int:
        """Lines at a width."""
        return len(self._lines(width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a fact, more for long ones."""
        del container, viewport
        return self.height_at(width)

    def render(self) -> Content:
        """The lines at the present width."""
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        room = max(8, width - self._column)
        lines: list[Content] = []
        for fact in self._facts:
            wrapped = [Content(line) for line in set_lines(fact.value.plain, room)]
            head = fact.label.stylize("$quiet")
            lines.append(head.pad_right(self._column - head.cell_length).append(wrapped[0]))
            lines.extend(line.pad_left(self._column) for line in wrapped[1:])
        return lines
