"""The one thing a finger, a key or a mouse can press."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static


class Target(Static, can_focus=True):
    """A tile, button or key. `action` names what it stands for; its owner decides what happens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "press", show=False),
    ]

    DEFAULT_CSS = """
    Target {
        height: 3;
        min-height: 3;
        min-width: 20;
        content-align: center middle;
        text-align: center;
    }
    """

    class Pressed(Message):
        """Somebody pressed a target."""

        def __init__(self, target: Target) -> None:
            super().__init__()
            self.target = target
            self.action = target.action

        @property
        def control(self) -> Target:
            """The target pressed."""
            return self.target

    def __init__(
        self,
        label: Content,
        action: str,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(label, id=id, classes=classes)
        self.action = action

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_press()

    def action_press(self) -> None:
        """Tell the owner."""
        self.post_message(self.Pressed(self))
