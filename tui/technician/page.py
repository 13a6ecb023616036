"""A page to read: lines that scroll, and one way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.technician.keyed import key_hint, run_clicked
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from tui.kiosk.wording import Wording
    from tui.widgets.foot import Hint
    from tui.widgets.target import Target

KEYS = {
    "back": "back",
    "page_up": "page_up",
    "page_down": "page_down",
    "language": "next_language",
    "quit": "leave",
}
"""What the last line offers, by the names of its words."""


class PageScreen(Screen[None]):
    """`lines` gives the page's lines in the present language; `refresh_page` asks for them anew."""

    ALLOW_SELECT = False
    AUTO_FOCUS = "#page-lines"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("home,g", "ends(-1)", show=False),
        Binding("end,G", "ends(1)", show=False),
    ]

    def __init__(
        self,
        wording: Callable[[], Wording],
        title: str,
        lines: Callable[[], Sequence[Content]],
        *,
        newest_last: bool = False,
    ) -> None:
        super().__init__()
        self._wording = wording
        self.title_key = title
        self._lines = lines
        self._newest_last = newest_last

    def compose(self) -> ComposeResult:
        yield Static(self._wording().say(self.title_key), id="page-title", markup=False)
        with VerticalScroll(id="page-lines"):
            yield Static(self._text(), id="page-text", markup=False)
        yield KeyLine(self._keys(), id="page-keys")

    def on_mount(self) -> None:
        if self._newest_last:
            self.call_after_refresh(self._scroller.scroll_end, animate=False)

    @property
    def whole(self) -> bool:
        """Whether all its parts are there."""
        return all(self.query(f"#{part}") for part in ("page-title", "page-text", "page-keys"))

    def refresh_page(self) -> None:
        """The present lines, in the present language; whoever is at the end stays there."""
        at_end = self._scroller.is_vertical_scroll_end
        self.query_one("#page-title", Static).update(self._wording().say(self.title_key))
        self.query_one(KeyLine).show(self._keys())
        self.query_one("#page-text", Static).update(self._text())
        if self._newest_last and at_end:
            self.call_after_refresh(self._scroller.scroll_end, animate=False)

    async def on_target_pressed(self, event: Target.Pressed) -> None:
        """A key of the last line was clicked."""
        await run_clicked(self, event)

    def action_back(self) -> None:
        """To the main screen."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """By lines; pages are the scroller's own keys."""
        self._scroller.scroll_relative(y=lines, animate=False)

    def action_ends(self, where: int) -> None:
        """To the first or the last line."""
        scroll = self._scroller.scroll_end if where > 0 else self._scroller.scroll_home
        scroll(animate=False)

    @property
    def _scroller(self) -> VerticalScroll:
        return self.query_one("#page-lines", VerticalScroll)

    def _keys(self) -> list[Hint]:
        return [key_hint(self._wording(), name, action) for name, action in KEYS.items()]

    def _text(self) -> Content:
        return Content("\n").join(self._lines())
