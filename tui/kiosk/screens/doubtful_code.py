"""The code's check value does not fit: scan again first, or go on with what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui.kiosk.ports import Entry
from tui.kiosk.screens.notice import Notice, NoticeScreen, Phrase
from tui.widgets.emblem import Tone

if TYPE_CHECKING:
    from invoices.claim import Claim
    from tui.kiosk.desk import Desk

_NOTICE = Notice(
    Tone.WARN,
    Phrase("doubtful.title"),
    (Phrase("doubtful.text"), Phrase("doubtful.next")),
)


class DoubtfulCodeScreen(NoticeScreen):
    """Scanning again needs no key; Enter goes on with the fields as read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "doubtful.go_on", key_display="Enter"),
    ]

    def __init__(self, desk: Desk, claim: Claim) -> None:
        super().__init__(desk, _NOTICE)
        self.claim = claim

    def choices(self) -> list[str]:
        return ["go_on", "home"]

    def pressed(self, action: str) -> None:
        if action != "go_on":
            super().pressed(action)
        elif self.claim.missing:
            self.desk.go_verify(self.claim, Entry.SCAN)
        else:
            self.desk.submit(self.claim, Entry.SCAN)

    def action_go_on(self) -> None:
        """Check what was read."""
        self.pressed("go_on")
