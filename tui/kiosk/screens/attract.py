"""The start: what the kiosk is for, in every language, from across the hall."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Center, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.kiosk.scanning import Scanning, scanning_of
from tui.kiosk.screen import KioskScreen
from tui.kiosk.screens.scan_picture import ScanPicture
from tui.widgets.large_words import LargeWords
from tui.widgets.target import Target


class AttractScreen(KioskScreen):
    """Any touch or key leads to the tiles; the two large targets choose the language as well."""

    HAS_FOOT = False
    _scanning = Scanning.UNKNOWN

    def compose_body(self) -> ComposeResult:
        self._scanning = scanning_of(self.desk.health)
        large = "home.large.typed" if self._scanning.by_hand else "home.large"
        title = f"attract.{self._scanning}.title" if self._scanning.by_hand else "attract.title"
        with Vertical(id="attract"):
            with Center():
                yield LargeWords(self.say(large))
            yield Static(self.say(title), id="attract-title", markup=False)
            yield Static(self.say(f"{title}.other"), id="attract-subtitle", markup=False)
            if not self._scanning.by_hand:
                with Center():
                    yield ScanPicture()
            yield Static(self._how(), id="attract-how", markup=False)
            with Horizontal(id="attract-starts"):
                for code in self.desk.languages:
                    yield Target(self.say(f"attract.start.{code}"), f"start:{code}")

    def refresh_surroundings(self) -> None:
        super().refresh_surroundings()
        if scanning_of(self.desk.health) is not self._scanning:
            self.compose_again()

    def _how(self) -> Content:
        if self.desk.ports is None:
            return self.say("attract.preparing")
        if self._scanning.by_hand:
            return self.say("attract.how.typed")
        if self._scanning is Scanning.UNKNOWN:
            return Content("\n").join([self.say("attract.how"), self.say("attract.how.unknown")])
        return self.say("attract.how")

    def pressed(self, action: str) -> None:
        self.desk.choose_language(action.removeprefix("start:"))
        self.desk.go_home()

    def on_click(self) -> None:
        self.desk.go_home()

    def on_key(self, event: events.Key) -> None:
        if event.key not in QUIET_KEYS:
            event.stop()
            self.desk.go_home()


QUIET_KEYS = frozenset({"tab", "shift+tab", "up", "down", "left", "right", "f1", "f2", "f3", "f9"})
"""Keys with a meaning of their own, also here."""
