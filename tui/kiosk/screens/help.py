"""Short answers to what visitors ask at the kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.kiosk.screen import KioskScreen
from tui.widgets.prose import Prose
from tui.widgets.target import Target

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk

TOPICS = ("scan", "verdicts", "not_found", "privacy", "contact")


class HelpScreen(KioskScreen):
    """Topics at the left, one of them at the right; digits choose."""

    OVERLAY = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "help.close", key_display="Esc"),
        *(
            Binding(str(digit), f"topic({digit})", show=False)
            for digit in range(1, len(TOPICS) + 1)
        ),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.topic = TOPICS[0]

    def compose_body(self) -> ComposeResult:
        with Horizontal(id="help"):
            with Vertical(id="topics"):
                for number, topic in enumerate(TOPICS, start=1):
                    label = Content.assemble(f"{number}  ", self.say(f"help.{topic}.title"))
                    target = Target(label, topic)
                    target.set_class(topic == self.topic, "-current")
                    yield target
            with VerticalScroll(id="help-page", can_focus=False):
                yield Static(self.say(f"help.{self.topic}.title"), id="help-title", markup=False)
                yield Prose(self._text(), id="help-text")

    def pressed(self, action: str) -> None:
        self.topic = action
        self.refresh(recompose=True)

    def action_topic(self, number: int) -> None:
        """Show the topic with this digit."""
        self.pressed(TOPICS[number - 1])

    def action_close(self) -> None:
        """Back to where one was."""
        self.desk.stay()

    def _text(self) -> Content:
        if self.topic != "contact":
            return self.say(f"help.{self.topic}.text")
        centre = self.desk.centre
        return self.say(
            "help.contact.text",
            name=self.desk.wording.name_of(centre),
            address=centre.address,
            hotline=centre.hotline,
            hours=centre.hours,
        )
