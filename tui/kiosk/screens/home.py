"""The tiles: one for each thing that works."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tui.kiosk.scanning import Scanning, scanning_of
from tui.kiosk.screen import KioskScreen
from tui.kiosk.screens.scan_picture import ScanPicture
from tui.widgets.large_words import LargeWords
from tui.widgets.prose import Prose
from tui.widgets.target import Target


class HomeScreen(KioskScreen):
    """Digits choose tiles; a scan needs no tile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "foot.leave", key_display="Esc"),
        *(Binding(str(digit), f"tile({digit})", show=False) for digit in range(1, 10)),
    ]

    _scanning = Scanning.UNKNOWN

    def tiles(self) -> list[str]:
        """The names of the tiles, in order, from the use cases there are."""
        ports = self.desk.ports
        names = []
        if ports is not None and ports.checks is not None:
            names.append("verify")
        if ports is not None and ports.records is not None:
            names.append("history")
        return [*names, "help"]

    def compose_body(self) -> ComposeResult:
        self._scanning = scanning_of(self.desk.health)
        ready = self.desk.ports is not None
        with Horizontal(id="home-top"):
            with Vertical(id="home-words"):
                yield from self._invitation(ready=ready)
            if not self._scanning.by_hand:
                yield ScanPicture()
        with Grid(id="tiles"):
            for number, name in enumerate(self.tiles(), start=1):
                yield Target(self._tile(number, name), name, classes="tile")
        yield Static(self._notice() if ready else self.say("home.preparing"), id="home-notice")

    def _invitation(self, *, ready: bool) -> ComposeResult:
        if ready and "verify" not in self.tiles():
            yield Prose(self.say("home.choose"), id="home-invitation")
        elif self._scanning.by_hand:
            yield LargeWords(self.say("home.large.typed"))
            yield Prose(self.say(f"home.invitation.{self._scanning}"), id="home-invitation")
            yield Prose(self.say("home.invitation.typed"), id="home-more")
        else:
            yield LargeWords(self.say("home.large"))
            yield Prose(self.say("home.invitation"), id="home-invitation")
            yield Prose(self.say("home.invitation.more"), id="home-more")

    def refresh_surroundings(self) -> None:
        super().refresh_surroundings()
        if scanning_of(self.desk.health) is not self._scanning:
            self.compose_again()
        notice = self._notice() if self.desk.ports is not None else self.say("home.preparing")
        for line in self.query("#home-notice").results(Static):
            if line.content != notice:
                line.update(notice)

    def action_tile(self, number: int) -> None:
        """Choose the tile with this digit."""
        names = self.tiles()
        if number <= len(names):
            self.pressed(names[number - 1])

    def action_leave(self) -> None:
        """Back to the start."""
        self.desk.leave()

    def pressed(self, action: str) -> None:
        match action:
            case "verify":
                self.desk.go_verify()
            case "history":
                self.desk.go_history()
            case _:
                self.desk.go_help()

    def _tile(self, number: int, name: str) -> Content:
        title = self.say(f"home.tile.{name}")
        return Content.assemble(
            Content.styled(f"{number}  ", "bold $accent"),
            title.stylize("bold"),
            "\n\n",
            self.say(self._tile_more(name)).stylize("$quiet"),
        )

    def _tile_more(self, name: str) -> str:
        by_hand = name == "verify" and self._scanning.by_hand
        return "home.tile.verify.typed" if by_hand else f"home.tile.{name}.more"

    def _notice(self) -> Content:
        """What does not work just now, said before anybody relies on it."""
        health = self.desk.health
        lines = []
        if health is not None and health.printer in {"paper_out", "cover_open", "offline", "error"}:
            lines.append(self.say(f"home.notice.printer.{health.printer}"))
        return Content("\n").join(lines)
