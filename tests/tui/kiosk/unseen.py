"""What of a screen's texts is cut off, hidden behind an edge, or has to be scrolled to."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

LONG_NAME = "head-centre"
"""A centre's name may be longer than any screen is wide: it ends in an ellipsis."""


def faults(screen: Screen[object]) -> list[str]:
    """What is not all there, by widget."""
    return [
        f"{widget!r}: {fault}"
        for widget in screen.walk_children(Widget)
        if shown(widget)
        for fault in [*misplaced(screen, widget), *cut_off(widget)]
    ]


def shown(widget: Widget) -> bool:
    """Whether it and all around it is displayed and visible, and has something to say."""
    return widget.is_on_screen and widget.visible and widget.id != LONG_NAME


def misplaced(screen: Screen[object], widget: Widget) -> Iterator[str]:
    if widget.show_vertical_scrollbar or widget.show_horizontal_scrollbar:
        yield f"scrolls over {widget.virtual_size} in {widget.size}"
    place = screen.find_widget(widget)
    if place.visible_region != place.region or not screen.region.contains_region(place.region):
        yield f"{place.region} is seen only in {place.visible_region}"


def cut_off(widget: Widget) -> Iterator[str]:
    """Texts are on leaves; an empty one needs no room."""
    if widget.children:
        return
    box = widget.content_size
    said = widget.render()
    if isinstance(said, Content):
        if not said.plain.strip():
            return
        if widget.styles.text_wrap == "nowrap" and (wide := longest(said)) > box.width:
            yield f"{wide} columns in {box.width}: {said.plain!r}"
    tall = widget.get_content_height(box, box, box.width)
    if tall > box.height:
        yield f"{tall} lines in {box.height}: {said}"


def longest(said: Content) -> int:
    return max(line.cell_length for line in said.split("\n"))
