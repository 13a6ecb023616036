"""The bottom bar: what can be done here, each a target with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from tui.widgets.target import Target


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to do: the key that does it, what it is called and the action it runs."""

    key: Content
    label: Content
    action: str

    @property
    def line(self) -> Content:
        """Key and label as the bar shows them."""
        return Content.assemble(Content.styled(self.key.plain, "bold"), "  ", self.label)


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
            &:hover { background: $primary 20%; }
        }
    }
    """

    def __init__(self, hints: Sequence[Hint]) -> None:
        super().__init__()
        self._hints = list(hints)

    def compose(self) -> ComposeResult:
        for number, hint in enumerate(self._hints):
            target = Target(hint.line, hint.action)
            target.can_focus = False
            target.set_class(number == 0, "-first")
            yield target

    def show(self, hints: Sequence[Hint]) -> None:
        """Update labels in place; other actions than before are composed anew."""
        old, self._hints = self._hints, list(hints)
        if [hint.action for hint in old] != [hint.action for hint in hints]:
            self.refresh(recompose=True)
            return
        for target, before, now in zip(self.query(Target), old, hints, strict=False):
            if before != now:
                target.update(now.line)
