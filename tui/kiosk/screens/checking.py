"""A check is under way; the answer, or that there is none, comes within seconds."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.widgets import Static

from tui.kiosk.screen import KioskScreen
from tui.widgets.emblem import Emblem, Tone


class CheckingScreen(KioskScreen):
    """Nothing to press: whoever shows it takes it away when the bounded wait ends."""

    OVERLAY = True

    def compose_body(self) -> ComposeResult:
        with Vertical(id="checking"):
            with Center():
                yield Emblem(Tone.LATER)
            yield Static(self.say("checking.title"), id="checking-title", markup=False)
            yield Static(self.say("checking.text"), id="checking-text", markup=False)
