"""A question, a line being typed, a word on how far it is, and keys to touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from invoices.entry import EntryState
from tui.kiosk.screen import KioskScreen
from tui.widgets.keypad import Keypad, digit_caps, letter_caps
from tui.widgets.typed_text import TypedText

LETTER_COLUMNS = 10
DIGIT_COLUMNS = 4

LONGEST_NUMBER = 20
"""Digits of the longest number on an invoice."""

NUMERIC = frozenset(b"0123456789.-")
"""What numbers, dates and amounts are made of; no code of an invoice or a slip is all of it."""


@dataclass(frozen=True, slots=True)
class TypedSoFar:
    """How far the answer is, and the sentence for it."""

    state: EntryState
    words: Content


class TypingScreen(KioskScreen):
    """Subclasses say what is asked and keep what is typed; keys, keypad and layout are here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "typing.back", key_display="Esc"),
        Binding("enter", "go_on", "typing.go_on", key_display="Enter"),
        Binding("backspace", "erase", show=False),
        Binding("delete", "clear", show=False),
    ]

    # --- what a subclass says ----------------------------------------------------------------

    def question(self) -> Content:
        """What is asked."""
        raise AssertionError  # every screen that types asks something

    def explanation(self) -> Content:
        """Where to find it."""
        return Content("")

    def picture(self) -> Content:
        """Where to find it, drawn."""
        return Content("")

    def typed(self) -> str:
        """The text as it is shown."""
        return ""

    def hint(self) -> TypedSoFar:
        """How far it is, and the sentence for it."""
        return TypedSoFar(EntryState.EMPTY, Content(""))

    def letters(self) -> bool:
        """Whether the keypad has letters."""
        return False

    def signs(self) -> bool:
        """Whether the keypad has point and minus."""
        return False

    def go_on_key(self) -> str:
        """The message key of what going on is called."""
        return "typing.go_on"

    def type(self, text: str) -> None:
        """Add to what is typed."""

    def action_erase(self) -> None:
        """Take back a character."""

    def action_clear(self) -> None:
        """Take back all."""

    def action_go_on(self) -> None:
        """The answer is given."""

    def action_back(self) -> None:
        """One step back."""

    # --- layout and keys ---------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        hint = self.hint()
        with Horizontal(id="asking"):
            with Vertical(id="asked"):
                yield Static(self.question(), id="question", markup=False)
                yield Static(self.explanation(), id="explanation", markup=False)
                yield TypedText(self.typed(), id="typed")
                yield Static(hint.words, id="hint", classes=f"-{hint.state}", markup=False)
            yield Static(self.picture(), id="paper", markup=False)
        yield self._keypad()

    def pressed(self, action: str) -> None:
        kind, _, sign = action.partition(":")
        match kind:
            case "sign":
                self.type(sign)
            case "erase":
                self.action_erase()
            case "clear":
                self.action_clear()
            case "go_on":
                self.action_go_on()
        self.show_typed()

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character is not None:
            event.stop()
            self.type(event.character)
            self.show_typed()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.type(event.text)
        self.show_typed()

    def take_scan(self, data: bytes) -> bool:
        """A bare number is typed and confirmed.

        It is a barcode beside the printed number, or a visitor's own typing that a busy
        machine delivered as one burst, as fast as a scanner.
        """
        text = data.strip()
        if not text or len(text) > LONGEST_NUMBER or not NUMERIC.issuperset(text):
            return False
        self.call_later(self._confirm, text.decode("ascii"))  # after the keys that came before
        return True

    def _confirm(self, text: str) -> None:
        self.type(text)
        self.show_typed()
        self.action_go_on()

    def show_typed(self) -> None:
        """Bring line and hint up to date."""
        hint = self.hint()
        for line in self.query(TypedText):
            line.show(self.typed())
        for told in self.query("#hint").results(Static):
            told.set_classes(f"-{hint.state}")
            told.update(hint.words)

    async def ask_anew(self) -> None:
        """Another question on the same screen: only what differs is drawn again."""
        self.query_one("#question", Static).update(self.question())
        self.query_one("#explanation", Static).update(self.explanation())
        self.query_one("#paper", Static).update(self.picture())
        self.show_typed()
        self.refresh_surroundings()
        keypad = self.query_one(Keypad)
        if keypad.name != self._keypad_name():
            await keypad.remove()
            await self.query_one("#body").mount(self._keypad())

    def _keypad_name(self) -> str:
        return f"{self.letters()}-{self.signs()}-{self.go_on_key()}"

    def hint_key(self, action: str) -> str | None:
        return self.go_on_key() if action == "go_on" else None

    def _keypad(self) -> Keypad:
        erase, go_on = self.say("typing.erase"), self.say(self.go_on_key())
        if self.letters():
            caps, columns = letter_caps(erase, go_on), LETTER_COLUMNS
        else:
            caps = digit_caps(erase, self.say("typing.clear"), go_on, signs=self.signs())
            columns = DIGIT_COLUMNS
        return Keypad(caps, columns, strong="go_on", name=self._keypad_name())
