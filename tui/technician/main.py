"""The main screen: every part of the kiosk in a line, what to do about one, the newest records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.plain_text import plain_text
from tui.technician.keyed import key_hint, run_clicked
from tui.technician.ports import Level
from tui.technician.presence import Presence, State
from tui.technician.rows import SENTENCE, record, row
from tui.widgets.key_line import KeyLine
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from tui.kiosk.ports import Clock
    from tui.kiosk.wording import Wording
    from tui.technician.ports import Found, Look
    from tui.widgets.foot import Hint
    from tui.widgets.target import Target

NEWS = 60
"""Seconds for which a restart is told."""
KEYS = {
    "print": "ask('print')",
    "sync": "ask('sync')",
    "packs": "ask('packs')",
    "restart": "ask('restart')",
    "doctor": "doctor",
    "log": "log",
    "language": "next_language",
    "quit": "leave",
}
"""What the last line offers, by the names of its words: the actions of the app."""
_URGENT = (Level.FAULT, Level.WARNING, Level.UNKNOWN)


class MainScreen(Screen[None]):
    """Shows what it is given by `show`; `tick` keeps the times right."""

    ALLOW_SELECT = False
    AUTO_FOCUS = "#checks"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (120, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(
        self, wording: Callable[[], Wording], clock: Clock, signs: Mapping[Level, str]
    ) -> None:
        super().__init__()
        self._wording = wording
        self._clock = clock
        self._signs = signs
        self._look: Look | None = None
        self._presence = Presence()

    def compose(self) -> ComposeResult:
        yield Static(self._head(), id="head", markup=False)
        yield Static(self._banner(), id="banner", markup=False)
        with Container(id="main"):
            yield OptionList(id="checks", markup=False)
            with Vertical(id="side"):
                yield Prose(self._say("tech.looking"), id="line")
                yield Prose(Content(""), id="cure")
                yield Static(self._log(), id="log", markup=False)
        yield KeyLine(self._keys(), id="foot")

    @property
    def whole(self) -> bool:
        """Whether all its parts are there."""
        return all(self.query(f"#{part}") for part in ("foot", "checks", "line", "cure", "log"))

    def show(self, look: Look, presence: Presence) -> None:
        """What was found now."""
        before, self._look, self._presence = self._look, look, presence
        first = before is None
        if before is None or [*before.found] != [*look.found]:
            self._show_rows(look.found)
        if first:
            self._begin_where_it_burns(look.found)
        self.tick()
        self.query_one("#log", Static).update(self._log())
        self._tell()

    def tick(self) -> None:
        """The times that pass, and every sentence of the screen's own in the present language."""
        self.query_one("#head", Static).update(self._head())
        banner = self.query_one("#banner", Static)
        banner.update(self._banner())
        banner.set_class(self._presence.state is State.AWAY, "-away")
        self.query_one(KeyLine).show(self._keys())

    async def on_target_pressed(self, event: Target.Pressed) -> None:
        """A key of the last line was clicked."""
        await run_clicked(self, event)

    def on_option_list_option_highlighted(self) -> None:
        """Another row: what to do about that one."""
        self._tell()

    def on_resize(self) -> None:
        """More room or less for the records."""
        self.call_after_refresh(lambda: self.query_one("#log", Static).update(self._log()))

    def action_move(self, rows: int) -> None:
        """As the arrow keys."""
        move = self._list.action_cursor_down if rows > 0 else self._list.action_cursor_up
        move()

    @property
    def _list(self) -> OptionList:
        return self.query_one("#checks", OptionList)

    def _show_rows(self, found: Sequence[Found]) -> None:
        """In place where the same things are told as before: the cursor stays where it is."""
        shown = [self._list.get_option_at_index(at).id for at in range(self._list.option_count)]
        if shown == [each.key for each in found]:
            for at, each in enumerate(found):
                self._list.replace_option_prompt_at_index(at, self._row(each))
            return
        chosen = self._chosen_key()
        self._list.clear_options()
        for each in found:
            self._list.add_option(Option(self._row(each), id=each.key))
        keys = [each.key for each in found]
        part = chosen.partition(".")[0]
        near = [at for at, key in enumerate(keys) if key.partition(".")[0] == part]
        self._list.highlighted = keys.index(chosen) if chosen in keys else next(iter(near), 0)

    def _row(self, found: Found) -> Content:
        return row(found, self._signs)

    def _begin_where_it_burns(self, found: Sequence[Found]) -> None:
        for level in _URGENT:
            for at, each in enumerate(found):
                if each.level is level:
                    self._list.highlighted = at
                    return

    def _chosen_key(self) -> str:
        at = self._list.highlighted
        if at is None or at >= self._list.option_count:
            return ""
        return self._list.get_option_at_index(at).id or ""

    def _tell(self) -> None:
        found = self._look.found if self._look else ()
        chosen = next((each for each in found if each.key == self._chosen_key()), None)
        if chosen is None:
            return
        cure = f"→ {plain_text(chosen.cure, SENTENCE)}" if chosen.cure else ""
        self.query_one("#line", Prose).update(Content(plain_text(chosen.line, SENTENCE)))
        self.query_one("#cure", Prose).update(Content(cure))

    def _say(self, key: str, **values: object) -> Content:
        return self._wording().say(key, **values)

    def _head(self) -> Content:
        name = plain_text(self._look.name) if self._look else ""
        left = Content.assemble(" ", self._say("tech.title"), "  ", Content.styled(name, "bold"))
        now = self._clock.local(self._clock.now())
        right = f"{now:%Y-%m-%d %H:%M:%S} "
        gap = max(1, self.app.size.width - left.cell_length - len(right))
        return Content.assemble(left, " " * gap, right)

    def _banner(self) -> Content:
        presence, now = self._presence, self._clock.now()
        if presence.state is State.STARTING or presence.since is None:
            return self._say("tech.looking")
        since = self._clock.local(presence.since)
        age = int((now - presence.since).total_seconds())
        at = f"{since:%H:%M:%S}"
        if presence.state is State.AWAY:
            return self._say("tech.away", at=at, seconds=age)
        if presence.state is State.BACK and age < NEWS:
            before = presence.before or "–"
            return self._say("tech.back", at=at, before=before, pid=presence.pid)
        return self._say("tech.there", pid=presence.pid, counts=self._counts())

    def _counts(self) -> str:
        found = self._look.found if self._look else ()
        asking = sum(each.level in {Level.FAULT, Level.WARNING} for each in found)
        key = "tech.asking" if asking else "tech.well"
        return self._wording().text(key, count=asking)

    def _log(self) -> Content:
        lines = self._look.log if self._look else ()
        room = max(1, self.query_one("#log", Static).size.height) if self.is_mounted else 1
        shown = [record(line, self._clock.local(line.at)) for line in lines[-room:]]
        return Content("\n").join(shown) if shown else self._say("tech.log.empty")

    def _keys(self) -> list[Hint]:
        return [key_hint(self._wording(), name, action) for name, action in KEYS.items()]
