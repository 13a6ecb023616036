"""Scan, or type: one field at a time, only the fields this invoice needs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content

from invoices.entry import EntryState
from invoices.kinds import Field
from tui.kiosk.entry_walk import EntryWalk
from tui.kiosk.paper import paper_picture
from tui.kiosk.ports import Entry
from tui.kiosk.screens.typing import TypedSoFar, TypingScreen

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk

_YEAR, _MONTH, _DAY = 4, 6, 8


class VerifyScreen(TypingScreen):
    """Asks what the walk's claim lacks; `entry` says how the rest came in."""

    def __init__(self, desk: Desk, walk: EntryWalk, entry: Entry) -> None:
        super().__init__(desk)
        self.walk = walk
        self.entry = entry

    def question(self) -> Content:
        return self.say(f"verify.question.{self.walk.field}")

    def explanation(self) -> Content:
        if self.walk.past:
            return self.say("verify.scan_works")
        return self.say("verify.kept" if self.entry is Entry.SCAN else "verify.scan_first")

    def picture(self) -> Content:
        return paper_picture(self.walk.field, self.walk.claim.kind, self.desk.wording)

    def typed(self) -> str:
        text = self.walk.text
        if self.walk.field is Field.ISSUED_ON and text.isdigit():
            parts = (text[:_YEAR], text[_YEAR:_MONTH], text[_MONTH:_DAY], text[_DAY:])
            return "-".join(part for part in parts if part)
        return text

    def hint(self) -> TypedSoFar:
        if self.walk.fault is not None:
            fault = self.walk.fault
            return TypedSoFar(EntryState.WRONG, self.say(f"error.{fault.code}", **fault.params))
        progress = self.walk.progress(self._today())
        return TypedSoFar(progress.state, self.say(progress.code, **progress.params))

    def letters(self) -> bool:
        return self.walk.spelled

    def signs(self) -> bool:
        return self.walk.field is Field.AMOUNT

    def type(self, text: str) -> None:
        self.walk.type(text)

    def action_erase(self) -> None:
        self.walk.erase()
        self.show_typed()

    def action_clear(self) -> None:
        self.walk.clear()
        self.show_typed()

    def action_go_on(self) -> None:
        claim = self.walk.go_on(self._today())
        if claim is not None:
            self.desk.submit(claim, self.entry)
        else:
            self.call_next(self.ask_anew)

    def action_back(self) -> None:
        if self.walk.go_back():
            self.call_next(self.ask_anew)
        else:
            self.desk.go_home()

    def hint_values(self, action: str) -> dict[str, object]:
        if action != "back":
            return {}
        past = self.walk.past
        where = f"short.{past[-1].field}" if past else "home.title"
        return {"where": self.desk.wording.text(where)}

    def _today(self) -> date:
        return self.desk.today()
