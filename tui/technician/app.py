"""The technician's app: looks again and again, shows, and acts only when told twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen

from tui.kiosk.hardened import DEAD_KEYS, HardenedApp
from tui.kiosk.wording import Wording
from tui.plain_text import plain_text
from tui.technician.confirm import ConfirmScreen
from tui.technician.main import MainScreen
from tui.technician.page import PageScreen
from tui.technician.plain_framer import PlainFramer
from tui.technician.ports import Action, Level
from tui.technician.presence import Presence
from tui.technician.rows import PLAIN_SIGNS, SIGNS, by_urgency, cured, record
from tui.technician.theme import NAME, technician_theme

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui.kiosk.ports import Catalogues, Clock
    from tui.technician.ports import Kiosk, Look

PAUSE = 2.0
"""Seconds between two looks."""
DOCTOR = "tech.doctor.title"
LEAVING = ("ctrl+c", "ctrl+q")


class TechnicianApp(HardenedApp, inherit_bindings=False):
    """`plain`: the terminal's font has nothing but ASCII and Latin. `on_fault` as `HardenedApp`.

    `driver_class`: None for Textual's own.
    """

    CSS_PATH: ClassVar[list[str | PurePath]] = ["technician.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key, "nothing", show=False, priority=True)
            for key in DEAD_KEYS
            if key not in LEAVING
        ),
        *(Binding(key, "leave", show=False, priority=True) for key in LEAVING),
        # Capitals too: so the screen names them, and so a locked shift key sends them.
        Binding("q,Q", "leave", show=False),
        Binding("e,E", "next_language", show=False),
        Binding("s,S", "ask('sync')", show=False),
        Binding("p,P", "ask('packs')", show=False),
        Binding("t,T", "ask('print')", show=False),
        Binding("r,R", "ask('restart')", show=False),
        Binding("d,D", "doctor", show=False),
        Binding("l,L", "log", show=False),
    ]

    def __init__(
        self,
        *,
        kiosk: Kiosk,
        catalogues: Catalogues,
        clock: Clock,
        language: str,
        on_fault: Callable[[str], None],
        plain: bool = False,
        driver_class: type[Driver] | None = None,
        pause: float = PAUSE,
    ) -> None:
        words = catalogues.translator(language)("tech.last_words")
        super().__init__(last_words=words, on_fault=on_fault, driver_class=driver_class)
        self.framer = PlainFramer()
        self._kiosk, self._catalogues, self._clock = kiosk, catalogues, clock
        self._signs: Mapping[Level, str] = PLAIN_SIGNS if plain else SIGNS
        self._pause = pause
        self._wording = Wording(language, catalogues.translator(language), clock)
        self._presence = Presence()
        self._look: Look | None = None
        self._whole = False
        self._wake = asyncio.Event()
        self.register_theme(technician_theme())
        self.theme = NAME

    # --- life ------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(lambda: self._wording, self._clock, self._signs)

    def on_mount(self) -> None:
        self.ticker = self.set_interval(1.0, self._tick)
        # A look may be quicker than the first screen is made.
        self.once_painted(self._begin_watch)

    def _begin_watch(self) -> None:
        self.run_worker(self._watch(), group="watch")

    def look_now(self) -> None:
        """Bring the next look forward."""
        self._wake.set()

    async def _watch(self) -> None:
        """Look for ever; a key brings the next look forward."""
        while True:
            self._wake.clear()
            whole, self._whole = self._whole or self._examining, False
            language = self._wording.language
            look = await self._kiosk.look(language, whole=whole)
            if language == self._wording.language:
                first = self._look is None
                self._take(look)
                if first:
                    # What takes a moment is asked once something is there to be read.
                    self._whole = True
                    continue
            if not self._wake.is_set():
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause):
                await self._wake.wait()
        except TimeoutError:
            return

    def _take(self, look: Look) -> None:
        look = replace(look, found=by_urgency(look.found))
        self._look = look
        self._presence = self._presence.seen(look.pid, look.at)
        if main := self._main:
            main.show(look, self._presence)
        self._refresh_page()

    def _tick(self) -> None:
        if main := self._main:
            main.tick()

    @property
    def _main(self) -> MainScreen | None:
        """None once the app is ending: what it is made of goes piece by piece."""
        main = self.screen_stack[0] if self.is_running and self.screen_stack else None
        return main if isinstance(main, MainScreen) and main.whole else None

    def _refresh_page(self) -> None:
        page = self.screen if self.is_running and self.screen_stack else None
        if isinstance(page, PageScreen) and page.whole:
            page.refresh_page()

    # --- keys ------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is being asked, no key but its own means anything, and leaving."""
        del parameters
        return action in {"leave", "nothing", "yes", "no"} or not isinstance(
            self.screen, ConfirmScreen
        )

    def action_leave(self) -> None:
        """The terminal is the technician's again; the kiosk does not notice."""
        self.exit()

    def action_next_language(self) -> None:
        """The next of the languages on offer."""
        languages = [*self._catalogues.languages]
        place = (languages.index(self._wording.language) + 1) % len(languages)
        language = languages[place]
        self._wording = Wording(language, self._catalogues.translator(language), self._clock)
        self._tick()
        self._refresh_page()
        self.look_now()

    def action_doctor(self) -> None:
        """All that `kiosk doctor` tells; server and devices are asked anew while it is open."""
        self._read(PageScreen(lambda: self._wording, DOCTOR, self._examined))
        self._whole = True
        self.look_now()

    def action_log(self) -> None:
        """The records, as they come."""
        page = PageScreen(lambda: self._wording, "tech.log.title", self._records, newest_last=True)
        self._read(page)

    def action_ask(self, name: str) -> None:
        """Have the running kiosk do something, once it was confirmed."""
        action, language = Action(name), self._wording.language
        self.push_screen(
            ConfirmScreen(self._wording, action, lambda: self._kiosk.act(action, language))
        )

    # --- inside ----------------------------------------------------------------------------

    def _read(self, page: PageScreen) -> None:
        if isinstance(self.screen, PageScreen):
            self.switch_screen(page)
        else:
            self.push_screen(page)

    @property
    def _examining(self) -> bool:
        """Whether the page of all findings is open: then every look is a whole one."""
        page = self.screen if self.is_running and self.screen_stack else None
        return isinstance(page, PageScreen) and page.title_key == DOCTOR

    def _examined(self) -> Sequence[Content]:
        look = self._look
        if look is None:
            return [self._wording.say("tech.looking")]
        width = self.size.width - 3  # the margins and the scroll bar
        summary = Content(plain_text(look.summary)).stylize("bold")
        return [summary, *(cured(each, self._signs, width) for each in look.found)]

    def _records(self) -> Sequence[Content]:
        lines = self._look.log if self._look else ()
        shown = [record(line, self._clock.local(line.at)) for line in lines]
        return shown or [self._wording.say("tech.log.empty")]
