"""Keys on the screen: digits for most fields, letters where they may occur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Grid
from textual.content import Content
from textual.renderables.digits import Digits

from tui.widgets.target import Target


@dataclass(frozen=True, slots=True)
class KeyCap:
    """One key: what stands on it, the action it stands for, how many places it takes."""

    label: Content
    action: str
    columns: int = 1
    rows: int = 1


_LARGE = 5
"""Lines of a key from which its digit is drawn large."""
_DRAWN = frozenset("0123456789.-")


def _drawn(sign: str) -> Content:
    """A digit as `TypedText` draws it."""
    parts = Digits(sign).render(Style(bold=True))
    return Content("".join(part.text for part in parts if isinstance(part, Segment)).rstrip("\n"))


class Keypad(Grid):
    """Posts `Target.Pressed` with the cap's action. A cap with no action is an empty place."""

    DEFAULT_CSS = """
    Keypad {
        height: 12;
        grid-rows: 1fr;
        Target {
            width: 1fr;
            height: 1fr;
            min-width: 4;
            background: $surface;
            border: round $panel-darken-2;
            text-style: bold;
            padding: 0;
        }
        Target:hover { border: round $accent; }
        Target.-strong {
            background: $primary;
            color: $foreground-on-primary;
            border: round $primary;
        }
        Target.-empty { visibility: hidden; }
    }
    """

    def __init__(self, caps: Sequence[KeyCap], columns: int, *, strong: str, name: str) -> None:
        super().__init__(name=name)
        self._caps = caps
        self._strong = strong
        self.styles.grid_size_columns = columns

    def on_resize(self) -> None:
        """Where a key has room for it, its digit is drawn three lines high."""
        for key, cap in zip(self.query(Target), self._caps, strict=True):
            large = key.size.height >= _LARGE and cap.label.plain in _DRAWN
            key.update(_drawn(cap.label.plain) if large else cap.label)

    def compose(self) -> ComposeResult:
        for cap in self._caps:
            key = Target(cap.label, cap.action)
            key.can_focus = False
            key.styles.column_span = cap.columns
            key.styles.row_span = cap.rows
            key.set_class(cap.action == self._strong, "-strong")
            key.set_class(not cap.action, "-empty")
            yield key


def digit_caps(erase: Content, clear: Content, go_on: Content, *, signs: bool) -> list[KeyCap]:
    """Four columns: a telephone's digits and, at their right, what one does with them."""
    point, minus = (".", "-") if signs else ("", "")
    rows = [
        *[_digit(sign) for sign in "123"],
        KeyCap(erase, "erase"),
        *[_digit(sign) for sign in "456"],
        KeyCap(clear, "clear"),
        *[_digit(sign) for sign in "789"],
        KeyCap(go_on, "go_on", rows=2),
    ]
    return [*rows, _digit(point), _digit("0"), _digit(minus)]


def letter_caps(erase: Content, go_on: Content) -> list[KeyCap]:
    """Ten columns: digits, letters, a dash, and what one does with them."""
    signs = "1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
    return [
        *[_digit(sign) for sign in signs],
        KeyCap(erase, "erase"),
        KeyCap(go_on, "go_on", columns=2),
    ]


def _digit(sign: str) -> KeyCap:
    return KeyCap(Content(sign), f"sign:{sign}" if sign else "")
