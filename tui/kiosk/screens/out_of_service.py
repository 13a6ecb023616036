"""This kiosk cannot help; who can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.widgets import Static

from tui.kiosk.screen import KioskScreen
from tui.widgets.emblem import Emblem, Tone

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk


class OutOfServiceScreen(KioskScreen):
    """No way on from here but the language; `code` is for the staff."""

    def __init__(self, desk: Desk, code: str) -> None:
        super().__init__(desk)
        self.code = code

    def compose_body(self) -> ComposeResult:
        with Vertical(id="out"):
            with Center():
                yield Emblem(Tone.STOP)
            yield Static(self.say("outofservice.title"), id="out-title", markup=False)
            yield Static(
                self.say("outofservice.text", hotline=self.desk.centre.hotline),
                id="out-text",
                markup=False,
            )
            yield Static(self.say("outofservice.code", code=self.code), id="out-code", markup=False)
