"""The top line of every screen: whose kiosk, is it connected, language, large type, time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui.widgets.target import Target


@dataclass(frozen=True, slots=True)
class HeadText:
    """What the head says."""

    brand: Content
    centre: Content
    link: Content
    clock: Content


@dataclass(frozen=True, slots=True)
class Language:
    """A language on offer; its name is written in itself."""

    code: str
    name: Content
    current: bool


class Head(Horizontal):
    """Posts `Target.Pressed`: `language:<code>` chooses one, `run:contrast` the large look.

    What stands here is under the finger on every screen, whatever the foot has room for.
    """

    DEFAULT_CSS = """
    Head {
        height: 1;
        background: $primary;
        color: $foreground-on-primary;
        Static {
            height: 1fr;
            content-align: left middle;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        #head-brand { width: auto; padding: 0 1; text-style: bold; }
        #head-centre { width: 1fr; padding: 0 1; }
        #head-link { width: auto; padding: 0 2 0 1; }
        #head-clock { width: auto; padding: 0 1; }
        .language { width: auto; min-width: 6; min-height: 1; padding: 0 1; }
        .language.-current { text-style: bold reverse; }
        .look { width: auto; min-width: 6; min-height: 1; padding: 0 1; }
    }
    """

    def __init__(self, text: HeadText, look: Content, languages: Sequence[Language]) -> None:
        super().__init__()
        self._text = text
        self._look = look
        self._languages = languages

    def compose(self) -> ComposeResult:
        yield Static(self._text.brand, id="head-brand", markup=False)
        yield Static(self._text.centre, id="head-centre", markup=False)
        yield Static(self._text.link, id="head-link", markup=False)
        for language in self._languages:
            target = Target(language.name, f"language:{language.code}", classes="language")
            target.can_focus = False
            target.set_class(language.current, "-current")
            yield target
        look = Target(self._look, "run:contrast", classes="look")
        look.can_focus = False
        yield look
        yield Static(self._text.clock, id="head-clock", markup=False)

    def show(self, text: HeadText) -> None:
        """Update centre, link and clock; what has not changed is not painted again.

        News may come while the head is being composed: then it is composed with them.
        """
        before, self._text = self._text, text
        if text.centre != before.centre:
            self._update("#head-centre", text.centre)
        if text.link != before.link:
            self._update("#head-link", text.link)
        if text.clock != before.clock:
            self._update("#head-clock", text.clock)

    def _update(self, part: str, text: Content) -> None:
        for shown in self.query(part).results(Static):
            shown.update(text)
