"""What every visitor's screen has: head, body, foot, the language, one step back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.widgets.foot import Foot, Hint, run_bound
from tui.widgets.head import Head, HeadText, Language
from tui.widgets.target import Target

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk

WIDE = 120
"""From this width on the head says of the link all that is known."""
FOOT_PLACES = ((160, 6), (120, 5), (0, 4))
"""From this width on, so many targets of at least 20 columns fit into the foot."""


class KioskScreen(Screen[None]):
    """A screen composes its body from its own state, so that it can be composed again at any time.

    A binding's description is the message key of what it does; those with `show=True` stand in
    the foot. Values for the sentence come from `hint_values`.
    """

    OVERLAY: ClassVar[bool] = False
    """Whether it lies over a page instead of taking its place."""
    HAS_FOOT: ClassVar[bool] = True
    """Whether its keys stand in a foot; hidden widgets cost as much as those that are seen."""

    ALLOW_SELECT = False
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "app.focus_next", show=False),
        Binding("up,left", "app.focus_previous", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._stale = False

    def say(self, key: str, **values: object) -> Content:
        """A sentence in the language chosen, never read as markup."""
        return self.desk.wording.say(key, **values)

    def compose_body(self) -> ComposeResult:
        """The middle of the screen."""
        yield from ()

    def hint_key(self, action: str) -> str | None:
        """The message key of an action in the foot, where it is not always the binding's."""
        del action
        return None

    def hint_values(self, action: str) -> dict[str, object]:
        """Values for the placeholders of an action's sentence in the foot."""
        del action
        return {}

    def compose(self) -> ComposeResult:
        self._take_size()
        yield Head(self._head_text(), self.say("head.look"), self._languages())
        with Container(id="body"):
            yield from self.compose_body()
        if self.HAS_FOOT:
            yield Foot(self._hints())
        yield Static(self.say("screen.too_small"), id="too-small", markup=False)

    def refresh_surroundings(self) -> None:
        """Bring clock, link and countdown up to date."""
        for head in self.query(Head):
            head.show(self._head_text())
        for foot in self.query(Foot):
            foot.show(self._hints())

    def compose_again(self) -> None:
        """Say all anew, as in another language: at once, or when seen again."""
        if self.is_current:
            self.refresh(recompose=True)
        else:
            self._stale = True

    async def recompose(self) -> None:
        """Whoever goes by keys stays where they are."""
        chain = self.focus_chain
        place = chain.index(self.focused) if self.focused in chain else None
        await super().recompose()
        if place is not None:
            self.set_focus(next(iter(self.focus_chain[place:]), None))

    def look_changed(self) -> None:
        """The theme is another; the style sheets know, what they cannot decide is done here."""

    def on_screen_resume(self) -> None:
        if self._stale:
            self._stale = False
            self.refresh(recompose=True)

    async def on_target_pressed(self, event: Target.Pressed) -> None:
        """Head and foot speak the names of actions; bodies handle their own targets."""
        event.stop()
        kind, _, rest = event.action.partition(":")
        if kind == "language":
            self.desk.choose_language(rest)
        elif kind == "run":
            await run_bound(self, rest)
        else:
            self.pressed(event.action)

    def pressed(self, action: str) -> None:
        """A target of the body was pressed."""

    def take_scan(self, data: bytes) -> bool:
        """Whether this scan is an answer to the screen; any other is the reception's."""
        del data
        return False

    def _take_size(self) -> None:
        """Wear the classes of the terminal's size before there are parts to style.

        Textual gives them after the first layout, which then has to be done once more.
        """
        app = self.app
        classes: dict[str, bool] = {}
        for length, breakpoints in (
            (app.size.width, app.HORIZONTAL_BREAKPOINTS),
            (app.size.height, app.VERTICAL_BREAKPOINTS),
        ):
            fitting = [name for least, name in breakpoints or () if length >= least]
            classes |= {name: name == fitting[-1] for _, name in breakpoints or ()}
        self.update_classes(classes)

    def _head_text(self) -> HeadText:
        wording, centre = self.desk.wording, self.desk.centre
        return HeadText(
            brand=wording.say("head.brand"),
            centre=Content(wording.name_of(centre)),
            link=Content(wording.link(self.desk.health, brief=self.app.size.width < WIDE)),
            clock=Content(wording.wall_clock(self.desk.now())),
        )

    def _languages(self) -> list[Language]:
        current = self.desk.wording.language
        return [
            Language(code, self.say(f"language.{code}"), code == current)
            for code in self.desk.languages
        ]

    def _hints(self) -> list[Hint]:
        """What this screen does itself, and help: beside many others a narrow one."""
        places = next(count for width, count in FOOT_PLACES if self.app.size.width >= width)
        own = [self._hint(each) for each in self._shown_bindings() if each.node is not self.app]
        general = [self._hint(each) for each in self._shown_bindings() if each.node is self.app]
        if len(own) < places:
            return [*own, *general][:places]
        return [*own[:places], *(replace(each, narrow=True) for each in general[:1])]

    def _shown_bindings(self) -> list[ActiveBinding]:
        return [
            active
            for active in self.active_bindings.values()
            if active.binding.show and active.enabled and active.binding.description
        ]

    def _hint(self, active: ActiveBinding) -> Hint:
        binding = active.binding
        name = binding.action.rpartition(".")[2]
        label = self.say(self.hint_key(name) or binding.description, **self.hint_values(name))
        key = Content(binding.key_display or binding.key.upper())
        return Hint(key, label, f"run:{binding.action}")
