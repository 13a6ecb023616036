"""An earlier check: scan the code on its slip, or type its record number."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from textual.content import Content

from invoices.entry import EntryState
from invoices.errors import RecordError
from invoices.record import spelled
from tui.kiosk.screens.typing import TypedSoFar, TypingScreen

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk

LONGEST = 21
_SLIP = (
    "╭──────────────────────╮",
    "│      ▄▄▄▄ ▄ ▄▄▄      │",
    "│      █▄▄█ ▀ █▄█      │",
    "│      ▄▄ ▀█▄ ▀▄▀      │",
    "│ ──────────────────── │",
)


class HistoryScreen(TypingScreen):
    """The number alone shows verdict and time; the code on the slip shows all."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.text = ""

    def question(self) -> Content:
        return self.say("history.question")

    def explanation(self) -> Content:
        return self.say("history.explanation")

    def picture(self) -> Content:
        label = Content(f" ▶ {self.desk.wording.text('history.record')} ").truncate(22, pad=True)
        marked = label.stylize("bold $foreground-on-primary on $accent")
        edge = Content("│")
        return Content("\n").join([*_SLIP, Content("").join([edge, marked, edge]), f"╰{'┄' * 22}╯"])

    def typed(self) -> str:
        return self._record() or self.text

    def hint(self) -> TypedSoFar:
        if not self.text:
            return TypedSoFar(EntryState.EMPTY, self.say("history.empty"))
        if self._record():
            button = self.desk.wording.text(self.go_on_key())
            return TypedSoFar(EntryState.COMPLETE, self.say("history.complete", button=button))
        return TypedSoFar(EntryState.PARTIAL, self.say("history.partial"))

    def letters(self) -> bool:
        return True

    def type(self, text: str) -> None:
        plain = unicodedata.normalize("NFKC", text[:LONGEST]).upper()
        added = "".join(
            sign for sign in plain if sign.isascii() and (sign.isalnum() or sign == "-")
        )
        self.text = (self.text + added)[:LONGEST]

    def action_erase(self) -> None:
        self.text = self.text[:-1]
        self.show_typed()

    def action_clear(self) -> None:
        self.text = ""
        self.show_typed()

    def action_go_on(self) -> None:
        if record := self._record():
            self.desk.find(record, None)

    def action_back(self) -> None:
        self.desk.go_home()

    def hint_values(self, action: str) -> dict[str, object]:
        return {"where": self.desk.wording.text("home.title")} if action == "back" else {}

    def go_on_key(self) -> str:
        return "history.go_on"

    def _record(self) -> str | None:
        """The record number typed, with its hyphens; None before it is whole."""
        try:
            return spelled(self.text, self.desk.today())
        except RecordError:
            return None
