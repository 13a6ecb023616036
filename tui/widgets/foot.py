"""The bottom bar: what can be done here, each a target with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from tui.widgets.target import Target

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to do: the key that does it, what it is called and the action it runs."""

    key: Content
    label: Content
    action: str
    narrow: bool = False
    """Takes no more room than its words, where others need it more."""


async def run_bound(screen: Screen[None], action: str) -> None:
    """Do what the key of `action` does now, on the part that bound it; nothing if none does."""
    for active in screen.active_bindings.values():
        if active.binding.action == action and active.enabled:
            await screen.app.run_action(action, default_namespace=active.node)
            return


class Foot(Horizontal):
    """Shows hints left to right; what does not fit keeps its key. Posts `Target.Pressed`."""

    DEFAULT_CSS = """
    Foot {
        height: 3;
        dock: bottom;
        background: $panel;
        Target {
            width: 1fr;
            height: 3;
            border-left: outer $primary;
            &.-first { border-left: none; }
            &.-narrow { width: auto; min-width: 10; padding: 0 1; }
            &:hover { background: $primary 20%; }
        }
    }
    """

    def __init__(
        self,
        hints: Sequence[Hint],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(id=id)
        self._hints = list(hints)

    def compose(self) -> ComposeResult:
        for number, hint in enumerate(self._hints):
            target = Target(self.line(hint), hint.action)
            target.can_focus = False
            target.set_class(number == 0, "-first")
            target.set_class(hint.narrow, "-narrow")
            yield target

    def line(self, hint: Hint) -> Content:
        """Key and label as the bar shows them."""
        return Content.assemble(Content.styled(hint.key.plain, "bold"), "  ", hint.label)

    def show(self, hints: Sequence[Hint]) -> None:
        """Update labels in place; other actions than before are composed anew."""
        old, self._hints = self._hints, list(hints)
        if [hint.action for hint in old] != [hint.action for hint in hints]:
            self.refresh(recompose=True)
            return
        for target, before, now in zip(self.query(Target), old, hints, strict=False):
            if before != now:
                target.update(self.line(now))
