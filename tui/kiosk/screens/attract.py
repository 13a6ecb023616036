"""The start: what the kiosk is for, in every language, from across the hall."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Center, Horizontal, Vertical
from textual.widgets import Static

from tui.kiosk.screen import KioskScreen
from tui.kiosk.screens.scan_picture import ScanPicture
from tui.widgets.large_words import LargeWords
from tui.widgets.target import Target


class AttractScreen(KioskScreen):
    """Any touch or key leads to the tiles; the two large targets choose the language as well."""

    HAS_FOOT = False

    def compose_body(self) -> ComposeResult:
        ready = self.desk.ports is not None
        with Vertical(id="attract"):
            with Center():
                yield LargeWords(self.say("home.large"))
            yield Static(self.say("attract.title"), id="attract-title", markup=False)
            yield Static(self.say("attract.subtitle"), id="attract-subtitle", markup=False)
            with Center():
                yield ScanPicture()
            yield Static(
                self.say("attract.how" if ready else "attract.preparing"),
                id="attract-how",
                markup=False,
            )
            with Horizontal(id="attract-starts"):
                for code in self.desk.languages:
                    yield Target(self.say(f"attract.start.{code}"), f"start:{code}")

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
