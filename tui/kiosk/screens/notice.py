"""One thing to know and what to do next: problems, summaries, what was not found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from tui.kiosk.screen import KioskScreen
from tui.widgets.emblem import Emblem, Tone
from tui.widgets.prose import Prose, set_lines
from tui.widgets.target import Target

if TYPE_CHECKING:
    from tui.kiosk.desk import Desk
    from tui.kiosk.wording import Wording


SIGNS: Final = "✔⚠✖？?…－–- "


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message key and its values, to be said in whatever language is chosen."""

    key: str
    values: Mapping[str, str | Phrase] = field(default_factory=dict)
    bare: bool = False
    """Without the sign that leads a result: only an answer of now may bear it."""

    def text(self, wording: Wording) -> str:
        """The sentence; values that are phrases are said in the same language."""
        values = {
            name: value.text(wording) if isinstance(value, Phrase) else value
            for name, value in self.values.items()
        }
        said = wording.text(self.key, **values)
        return said.lstrip(SIGNS) if self.bare else said


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says: the shape, one headline, and sentences below it."""

    tone: Tone
    title: Phrase
    lines: tuple[Phrase, ...]
    by_hand: bool = False
    """Whether typing the invoice in is a way on."""


def problem(code: str, params: Mapping[str, str]) -> Notice:
    """Something went wrong: the sentence of `error.<code>` and how to go on."""
    return Notice(
        Tone.STOP,
        Phrase("notice.problem"),
        (Phrase(f"error.{code}", params), Phrase("notice.problem.next")),
        by_hand=True,
    )


def unread(code: str, params: Mapping[str, str]) -> Notice:
    """A code that was read and not understood: the sentence of `error.<code>` and how to go on."""
    said = problem(code, params)
    return replace(said, title=Phrase("notice.unread"))


def no_record(record: str) -> Notice:
    """No check has this record number."""
    return Notice(
        Tone.ASK,
        Phrase("notice.no_record"),
        (Phrase("notice.no_record.text", {"record": record}), Phrase("notice.no_record.next")),
    )


class NoticeLines(Vertical):
    """Sentences with a blank line after each; without, where they would not fit with them."""

    def on_resize(self, event: Resize) -> None:
        lines = self.query(Prose)
        taken = sum(len(set_lines(line.text, max(1, event.size.width))) for line in lines)
        self.set_class(taken + len(lines) - 1 > event.size.height, "-dense")


class NoticeScreen(KioskScreen):
    """Shape, headline, sentences; another scan or Esc leads on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "home", "foot.home", key_display="Esc"),
        Binding("enter", "by_hand", "notice.by_hand", key_display="Enter"),
    ]

    def __init__(self, desk: Desk, notice: Notice) -> None:
        super().__init__(desk)
        self.notice = notice

    def compose_body(self) -> ComposeResult:
        with Vertical(id="notice"):
            with Horizontal(id="notice-answer"):
                yield Emblem(self.notice.tone)
                yield Static(self._said(self.notice.title), id="notice-title", markup=False)
            with NoticeLines(id="notice-lines"):
                for line in self.notice.lines:
                    yield Prose(self._said(line))
            with Horizontal(id="notice-targets"):
                for action in self.choices():
                    yield Target(self.say(f"notice.{action}"), action)

    def choices(self) -> list[str]:
        """The targets, the likeliest first."""
        return [*(["by_hand"] if self._can_type() else []), "home"]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        return action != "by_hand" or self._can_type()

    def pressed(self, action: str) -> None:
        if action == "by_hand":
            self.desk.go_verify()
        else:
            self.desk.go_home()

    def action_by_hand(self) -> None:
        """Type the invoice in."""
        self.pressed("by_hand")

    def action_home(self) -> None:
        """To the tiles."""
        self.pressed("home")

    def _can_type(self) -> bool:
        ports = self.desk.ports
        return self.notice.by_hand and ports is not None and ports.checks is not None

    def _said(self, phrase: Phrase) -> Content:
        return Content(phrase.text(self.desk.wording))
