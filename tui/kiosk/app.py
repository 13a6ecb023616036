"""The visitor's full-screen app: it keeps the visit; the screens show and ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.errors import TuiError
from tui.kiosk.hardened import HardenedApp
from tui.kiosk.idle import Idle, Presence
from tui.kiosk.memory import SHOWN, Memory
from tui.kiosk.paged import PagedApp
from tui.kiosk.screen import KioskScreen
from tui.kiosk.screens.attract import AttractScreen
from tui.kiosk.themes import CONTRAST, DEFAULT, themes
from tui.kiosk.wording import Wording

if TYPE_CHECKING:
    from textual.driver import Driver

    from invoices.claim import Claim
    from invoices.kinds import Field
    from tui.kiosk.centre import Centre
    from tui.kiosk.ports import Catalogues, Clock, Entry, Health, Ports, Stop
    from tui.kiosk.reception import Reception
    from tui.terminal.framer import Framer
    from tui.terminal.messages import ScanReceived

SHEETS = (
    "attract",
    "checking",
    "help",
    "home",
    "leaving",
    "notice",
    "out_of_service",
    "result",
    "samples",
    "typing",
)


class KioskApp(PagedApp, inherit_bindings=False):
    """Shows at once; what it needs from the kiosk comes when `ports` is awaited, after that.

    `idle` is in seconds. `framer` tells scans from typing on the terminal; without one the
    terminal is read as Textual reads it. `on_fault` hears type and places of a fault.
    """

    # All sheets at once: reading one when its screen is first shown would stall that screen.
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        "kiosk.tcss",
        *(f"screens/{name}.tcss" for name in SHEETS),
    ]
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-cramped"),
        (80, "-narrow"),
        (120, "-wide"),
    ]
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual declares it
        (0, "-flat"),
        (24, "-short"),
        (40, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *HardenedApp.BINDINGS,
        # The first has its place in every foot; large type and language stand in the head too.
        Binding("f1", "help", "foot.help", id="kiosk.help"),
        Binding("f9", "samples", "foot.samples", id="kiosk.samples"),
        Binding("f2", "contrast", "foot.contrast", id="kiosk.contrast"),
        Binding("f3", "next_language", "foot.language", id="kiosk.language"),
    ]

    def __init__(
        self,
        *,
        catalogues: Catalogues,
        clock: Clock,
        centre: Centre,
        ports: Callable[[], Awaitable[Ports]],
        on_fault: Callable[[str], None],
        framer: Framer | None = None,
        idle: int = 60,
        language: str | None = None,
        theme: str = DEFAULT,
    ) -> None:
        languages = tuple(catalogues.languages)
        self._home_language = language or languages[0]
        if self._home_language not in languages:
            raise TuiError("tui.language", {"language": self._home_language})
        super().__init__(
            last_words="\n".join(
                catalogues.translator(code)("outofservice.last_words") for code in languages
            ),
            on_fault=on_fault,
            driver_class=_driver_for(framer),
        )
        self.framer = framer
        self._catalogues, self._clock, self._centre = catalogues, clock, centre
        self._ports_factory = ports
        self._ports: Ports | None = None
        self._health: Health | None = None
        self._stop_watching: Stop | None = None
        self._idle = Idle(idle)
        self._home_theme = theme
        self._wording = self._wording_of(self._home_language)
        self._reception: Reception | None = None
        self._early_scan: bytes | None = None
        self._failed = False
        self._memory: Memory | None = None
        for look in themes():
            self.register_theme(look)
        if theme not in {DEFAULT, CONTRAST}:
            raise TuiError("tui.theme", {"theme": theme})
        self._start_in(theme)

    # --- what the screens may ask: see `Desk` ------------------------------------------------

    @property
    def wording(self) -> Wording:
        return self._wording

    @property
    def languages(self) -> Sequence[str]:
        return self._catalogues.languages

    @property
    def ports(self) -> Ports | None:
        return self._ports

    @property
    def centre(self) -> Centre:
        return self._centre

    @centre.setter
    def centre(self, centre: Centre) -> None:
        self._centre = centre

    @property
    def health(self) -> Health | None:
        return self._health

    @property
    def seconds_left(self) -> int:
        return self._idle.left

    def now(self) -> datetime:
        return self._clock.now()

    def today(self) -> date:
        return self._clock.today()

    def show(self, page: KioskScreen) -> None:
        super().show(page)
        if self._memory is not None:
            self.set_timer(SHOWN, self._memory.tidy)

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run beside the screens; a fault in it is a fault of the app."""
        self.run_worker(work, group="reception")

    def go_home(self) -> None:
        from tui.kiosk.screens.home import HomeScreen

        self.show(HomeScreen(self))

    def go_verify(self, claim: Claim | None = None, entry: Entry | None = None) -> None:
        from invoices.claim import Claim
        from tui.kiosk.entry_walk import EntryWalk
        from tui.kiosk.ports import Entry
        from tui.kiosk.screens.verify import VerifyScreen

        walk = EntryWalk(claim or Claim())
        self.show(VerifyScreen(self, walk, entry or Entry.TYPED))

    def correct(self, claim: Claim, field: Field) -> None:
        from tui.kiosk.correction import correction_walk
        from tui.kiosk.ports import Entry
        from tui.kiosk.screens.verify import VerifyScreen

        walk = correction_walk(claim, field, self.today())
        self.show(VerifyScreen(self, walk, Entry.TYPED))

    def go_history(self) -> None:
        from tui.kiosk.screens.history import HistoryScreen

        self.show(HistoryScreen(self))

    def go_help(self) -> None:
        from tui.kiosk.screens.help import HelpScreen

        self.cover(HelpScreen(self))

    def submit(self, claim: Claim, entry: Entry) -> None:
        if self._reception is not None:
            self._reception.submit(claim, entry)

    def find(self, record: str, token: str | None) -> None:
        if self._reception is not None:
            self._reception.find(record, token)

    def receive_scan(self, data: bytes) -> None:
        """A whole scan from the serial scanner, the terminal's driver or the sample sheet."""
        if self._failed:
            return
        if self._answers(data):
            self._idle.touch()
        elif self._reception is None:
            self._early_scan = data
            self._idle.touch()
        elif self._reception.receive(data):
            self._idle.touch()

    def choose_language(self, language: str) -> None:
        if language == self._wording.language:
            return
        self._wording = self._wording_of(language)
        for screen in self.screen_stack:
            if isinstance(screen, KioskScreen):
                screen.compose_again()

    def stay(self) -> None:
        self._idle.touch()
        self.uncover()

    def leave(self) -> None:
        """End the visit: no widget, no reference and no scrolled line of it stays."""
        self._early_scan = None
        if self._reception is not None:
            self._reception.forget()
        self.clear_pages()
        self._idle.touch()
        self.theme = self._home_theme
        self.choose_language(self._home_language)
        if self._memory is not None:
            self.call_later(self._memory.tidy)

    def end_demo(self) -> None:
        """Ends the app; only a kiosk with a sheet of samples can be left."""
        if self._ports is not None and self._ports.samples:
            self.exit()

    def fail(self, code: str) -> None:
        """Out of service until `serve`, or until started again; `code` is for the staff."""
        from tui.kiosk.screens.out_of_service import OutOfServiceScreen

        self.leave()
        self._failed = True
        self.push_screen(OutOfServiceScreen(self, code))

    def serve(self) -> None:
        """What was wrong is mended: the start is on the screen again."""
        self._failed = False
        self.leave()

    # --- life --------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The start: what stands there when nobody does."""
        return AttractScreen(self)

    def on_mount(self) -> None:
        self.ticker = self.set_interval(1.0, self.second_passed)
        self.once_painted(self._open)

    def on_unmount(self) -> None:
        if self._stop_watching is not None:
            self._stop_watching()

    async def on_event(self, event: events.Event) -> None:
        """Any key and any touch says that somebody is here."""
        if isinstance(event, (events.Key, events.MouseDown, events.Paste)):
            self._idle.touch()
        await super().on_event(event)

    def on_scan_received(self, message: ScanReceived) -> None:
        message.stop()
        self.receive_scan(message.data)

    def second_passed(self) -> None:
        """Count towards the end of the visit and keep clock and countdown right."""
        if not self.screen_stack:
            return  # the app ends, and this second came after its last screen
        if not self._failed and len(self.screen_stack) > 1:
            presence = self._idle.tick()
            if presence is Presence.GONE:
                self.leave()
            elif presence is Presence.DOUBTED and not self._busy:
                self._doubt()
        if isinstance(self.screen, KioskScreen):
            self.screen.refresh_surroundings()

    # --- keys --------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of what does not exist do nothing and stand in no foot."""
        del parameters
        if action == "samples":
            return not self._failed and self._ports is not None and bool(self._ports.samples)
        if action == "help":
            covered = isinstance(self.screen, KioskScreen) and self.screen.OVERLAY
            return not (covered or self._failed)
        return True

    def action_help(self) -> None:
        """What the screens and the answers mean."""
        self.go_help()

    def action_samples(self) -> None:
        """The demo's sheet of codes."""
        from tui.kiosk.screens.samples import SamplesScreen

        self.cover(SamplesScreen(self))

    def action_next_language(self) -> None:
        """The next of the languages on offer."""
        languages = [*self.languages]
        place = languages.index(self._wording.language) + 1
        self.choose_language(languages[place % len(languages)])

    def action_contrast(self) -> None:
        """Large and high contrast, or back."""
        self.theme = DEFAULT if self.theme == CONTRAST else CONTRAST
        for screen in self.screen_stack:
            if isinstance(screen, KioskScreen):
                screen.look_changed()

    def _answers(self, data: bytes) -> bool:
        """Whether the page takes a scan as its answer, also from under what lies over it."""
        page = self.page
        if page is None or (page is not self.screen and self._busy) or not page.take_scan(data):
            return False
        self.uncover_all()
        return True

    @property
    def _busy(self) -> bool:
        return self._reception is not None and self._reception.busy

    # --- inside ------------------------------------------------------------------------------

    def _start_in(self, theme: str) -> None:
        """The first theme. Assigning `theme` would have all sheets parsed twice (20 ms of CPU)."""
        self.set_reactive(App.theme, theme)
        dark = self.current_theme.dark
        names = {f"-theme-{theme}": True, "-dark-mode": dark, "-light-mode": not dark}
        self.update_classes(names, update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def _wording_of(self, language: str) -> Wording:
        return Wording(language, self._catalogues.translator(language), self._clock)

    def _doubt(self) -> None:
        from tui.kiosk.screens.leaving import LeavingScreen

        self.cover(LeavingScreen(self))

    def _open(self) -> None:
        self.run_worker(self._receive_ports(), group="ports")

    async def _receive_ports(self) -> None:
        ports = await self._ports_factory()
        from tui.kiosk.reception import Reception  # late: the first paint does without it

        self._ports, self._reception = ports, Reception(self, ports)
        self._heard(ports.status.health())
        self._stop_watching = ports.status.watch(self._heard)
        for screen in self.screen_stack:
            if isinstance(screen, KioskScreen):
                screen.compose_again()
        if not self.is_headless:
            self._memory = Memory()
            self._memory.settle()
        early, self._early_scan = self._early_scan, None
        if early is not None:
            self._reception.receive(early)

    def _heard(self, health: Health) -> None:
        self._health = health
        if isinstance(self.screen, KioskScreen):
            self.screen.refresh_surroundings()


def _driver_for(framer: Framer | None) -> type[Driver] | None:
    if framer is None:
        return None
    from tui.terminal.driver import KioskDriver

    return KioskDriver
