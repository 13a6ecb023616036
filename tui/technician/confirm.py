"""Asks before something is done, says that it is being done, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from tui.plain_text import plain_text
from tui.technician.keyed import key_hint, run_clicked
from tui.widgets.key_line import KeyLine
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual import events

    from tui.kiosk.wording import Wording
    from tui.technician.ports import Action, Outcome
    from tui.widgets.foot import Hint
    from tui.widgets.target import Target

SENTENCE = 400


class Stage(StrEnum):
    """How far it is."""

    ASKED = "asked"
    WORKING = "working"
    DONE = "done"


_KEYS: Mapping[Stage, Mapping[str, str]] = {
    Stage.ASKED: {"yes": "yes", "no": "no"},
    Stage.WORKING: {},
    Stage.DONE: {"any": "no"},
}
"""What can be done at each stage, by the names of its words."""


class ConfirmScreen(ModalScreen[None]):
    """Y does it; anything else that leads away does nothing. Enter alone decides nothing."""

    ALLOW_SELECT = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,Y", "yes", show=False),
        Binding("n,N,escape,backspace", "no", show=False),
    ]

    def __init__(
        self, wording: Wording, action: Action, act: Callable[[], Awaitable[Outcome]]
    ) -> None:
        super().__init__()
        self._wording = wording
        self._action = action
        self._act = act
        self.stage = Stage.ASKED

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm"):
            yield Prose(self._wording.say(f"tech.ask.{self._action}"), id="confirm-title")
            yield Prose(self._wording.say(f"tech.ask.{self._action}.more"), id="confirm-text")
            yield KeyLine(self._keys(), id="confirm-keys")

    def on_key(self, event: events.Key) -> None:
        """Once it is done, any key goes back."""
        if self.stage is Stage.DONE:
            event.stop()
            event.prevent_default()
            self.dismiss()

    async def on_target_pressed(self, event: Target.Pressed) -> None:
        """A key of the last line was clicked."""
        await run_clicked(self, event)

    def action_yes(self) -> None:
        """Do it, once."""
        if self.stage is Stage.ASKED:
            self.stage = Stage.WORKING
            self._tell(self._wording.say("tech.confirm.working"))
            self.run_worker(self._do(), exclusive=True)

    def action_no(self) -> None:
        """Leave it; what is under way already goes on."""
        self.dismiss()

    async def _do(self) -> None:
        outcome = await self._act()
        self.stage = Stage.DONE
        self.set_class(not outcome.good, "-bad")
        text = Content(plain_text(outcome.text, SENTENCE))
        self._tell(text)

    def _tell(self, text: Content) -> None:
        self.query_one("#confirm-text", Prose).update(text)
        self.query_one(KeyLine).show(self._keys())

    def _keys(self) -> list[Hint]:
        names = _KEYS[self.stage]
        return [key_hint(self._wording, name, action) for name, action in names.items()]
