"""What is being typed, large enough to read from where one stands."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Digits, Static

CURSOR = "▏"
_DRAWABLE = frozenset("0123456789-. ")
_CELLS = 3


class TypedText(Container):
    """Drawn in digits three lines high where that fits, in spaced characters where not."""

    DEFAULT_CSS = """
    TypedText {
        height: 5;
        border: round $primary;
        background: $surface;
        padding: 0 1;
        Digits { width: 1fr; height: 3; color: $foreground; text-style: bold; }
        Static {
            width: 1fr;
            height: 3;
            content-align: left middle;
            text-style: bold;
            text-wrap: nowrap;
        }
    }
    """

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._text = text

    def compose(self) -> ComposeResult:
        yield Digits("", id="typed-digits")
        yield Static("", id="typed-spaced")

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def show(self, text: str) -> None:
        """Show this text."""
        self._text = text
        self._show()

    def _show(self) -> None:
        drawn = set(self._text) <= _DRAWABLE and len(self._text) * _CELLS < self.size.width
        digits, spaced = self.query_one(Digits), self.query_one("#typed-spaced", Static)
        digits.display, spaced.display = drawn, not drawn
        digits.update(self._text if drawn else "")
        spaced.update(Content("" if drawn else " ".join(self._text) + CURSOR))
