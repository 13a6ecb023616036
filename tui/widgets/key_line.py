"""One dense line of keys, each a target too: for who knows the keys, and for a mouse."""

from __future__ import annotations

from textual.content import Content

from tui.widgets.foot import Foot, Hint


class KeyLine(Foot):
    """As `Foot`, a line high, each key no wider than its words. Posts `Target.Pressed`."""

    DEFAULT_CSS = """
    KeyLine {
        height: 1;
        dock: initial;
        Target {
            width: auto;
            height: 1;
            min-width: 0;
            min-height: 1;
            border-left: none;
            margin-right: 1;
        }
    }
    """

    def line(self, hint: Hint) -> Content:
        """The key on its cap, then what it does."""
        if not hint.key:
            return hint.label
        return Content.assemble(Content.styled(hint.key.plain, "reverse"), " ", hint.label)
