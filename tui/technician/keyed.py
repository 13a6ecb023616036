"""What the technician's screens share: a line of keys, each of which can be clicked as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.widgets.foot import Hint, run_bound

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.kiosk.wording import Wording
    from tui.widgets.target import Target


def key_hint(wording: Wording, name: str, action: str) -> Hint:
    """The key of `tech.key.<name>`, what it is called, and the action it is bound to."""
    key = wording.text(f"tech.key.{name}")
    return Hint(Content(key), wording.say(f"tech.hint.{name}"), f"run:{action}")


async def run_clicked(screen: Screen[None], event: Target.Pressed) -> None:
    """A key of the line was clicked: do what it does when pressed."""
    event.stop()
    await run_bound(screen, event.action.partition(":")[2])
