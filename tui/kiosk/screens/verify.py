"""Scan, or type: one field at a time, only the fields this invoice needs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual.content import Content

from invoices.entry import EntryState
from invoices.kinds import Field, Kind
from tui.kiosk.amount_names import AmountName, amount_name
from tui.kiosk.entry_walk import EntryWalk
from tui.kiosk.paper import paper_picture
from tui.kiosk.ports import Entry
from tui.kiosk.scanning import scanning_of
from tui.kiosk.screens.typing import TypedSoFar, TypingScreen

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk

_YEAR, _MONTH, _DAY = 4, 6, 8


class VerifyScreen(TypingScreen):
    """Asks what the walk's claim lacks; `entry` says how the rest came in."""

    def __init__(self, desk: Desk, walk: EntryWalk, entry: Entry) -> None:
        super().__init__(desk)
        ports = desk.ports
        self.walk = walk
        self.walk.oldest = ports.oldest() if ports is not None else None
        self.entry = entry

    def question(self) -> Content:
        field, claim = self.walk.field, self.walk.claim
        if field is Field.AMOUNT:
            return self.say(f"verify.question.amount.{amount_name(claim)}")
        if field is Field.CODE and claim.kind is Kind.UNKNOWN:
            return self.say("verify.question.code_or_number")
        return self.say(f"verify.question.{field}")

    def explanation(self) -> Content:
        begun = bool(self.walk.past)
        if not begun and self.entry is Entry.SCAN:
            return self.say("verify.kept")
        if scanning_of(self.desk.health).by_hand:
            return self.say("verify.place")
        return self.say("verify.scan_works" if begun else "verify.scan_first")

    def picture(self) -> Content:
        return paper_picture(self.walk.field, self.walk.claim, self.desk.wording)

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
        wording, name = self.desk.wording, amount_name(self.walk.claim)
        if self._is_total and progress.state is EntryState.EMPTY:
            return TypedSoFar(progress.state, self.say("verify.amount.others"))
        values = {"button": wording.text(self.go_on_key()), "name": wording.text(f"amount.{name}")}
        return TypedSoFar(progress.state, self.say(progress.code, **values, **progress.params))

    @property
    def _is_total(self) -> bool:
        """Whether the total is asked for, which other papers with such a number call otherwise."""
        name = amount_name(self.walk.claim)
        return self.walk.field is Field.AMOUNT and name is AmountName.TOTAL

    def go_on_key(self) -> str:
        return "typing.check" if self.walk.last else "typing.go_on"

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
        return {"where": self.desk.wording.text(self._where_back())}

    def _where_back(self) -> str:
        if not self.walk.past:
            return "home.title"
        step = self.walk.past[-1]
        either = step.field is Field.CODE and step.before.kind is Kind.UNKNOWN
        return "short.code_or_number" if either else f"short.{step.field}"

    def _today(self) -> date:
        return self.desk.today()
