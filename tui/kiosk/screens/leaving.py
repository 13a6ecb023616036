"""Is anybody still here? Hides what stood on the screen while it asks."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from tui.kiosk.screen import KioskScreen
from tui.widgets.target import Target


class LeavingScreen(KioskScreen):
    """Counts down to the clearing; any key, touch or scan goes on where one was."""

    OVERLAY = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave_now", "leaving.now", key_display="Esc"),
        Binding("enter", "go_on", "leaving.stay", key_display="Enter"),
    ]

    def compose_body(self) -> ComposeResult:
        with Vertical(id="leaving"):
            yield Static(self.say("leaving.title"), id="leaving-title", markup=False)
            yield Digits(str(self.desk.seconds_left), id="leaving-count")
            yield Static(self.say("leaving.text"), id="leaving-text", markup=False)
            with Horizontal(id="leaving-targets"):
                yield Target(self.say("leaving.stay"), "stay", id="stay")
                yield Target(self.say("leaving.now"), "leave", id="leave")

    def refresh_surroundings(self) -> None:
        super().refresh_surroundings()
        for digits in self.query(Digits):
            digits.update(str(self.desk.seconds_left))

    def pressed(self, action: str) -> None:
        if action == "leave":
            self.desk.leave()
        else:
            self.desk.stay()

    def on_click(self) -> None:
        self.desk.stay()

    def on_key(self, event: events.Key) -> None:
        if event.key not in {"escape", "enter", "tab", "shift+tab", "f1", "f2", "f3", "f9"}:
            event.stop()
            self.desk.stay()

    def action_leave_now(self) -> None:
        """Clear at once."""
        self.desk.leave()

    def action_go_on(self) -> None:
        """Go on where one was."""
        self.desk.stay()
