"""The answer: first whether, then what, then what to do; slip and code beside it or below."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from invoices.record import record_code
from invoices.verdict import Verdict
from tui.kiosk.answers import headline_key, large_key, tone_of
from tui.kiosk.ports import Refused, ScreenCode, SlipShown
from tui.kiosk.result_facts import result_text
from tui.kiosk.result_plan import Plan, ResultText, Room
from tui.kiosk.screen import KioskScreen
from tui.kiosk.signed_slip_words import signature_fact
from tui.kiosk.slip_words import slip_line
from tui.kiosk.themes import CONTRAST
from tui.widgets.code_picture import CodePicture
from tui.widgets.emblem import Emblem
from tui.widgets.facts import Facts
from tui.widgets.large_words import LargeWords
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from invoices.check import Check
    from tui.kiosk.desk import Desk
    from tui.kiosk.ports import SignedSlip, Stop

EDITABLE = frozenset({Verdict.MISMATCH, Verdict.NOT_FOUND, Verdict.BAD_INPUT, Verdict.TOO_EARLY})
"""Answers after which a slip of the hand may be mended."""

LARGE = (150, 46)
"""Columns and lines from which the code is drawn twice as large."""


class Occasion(StrEnum):
    """Why the check is shown."""

    CHECKED = "checked"
    FOUND = "found"


class ResultScreen(KioskScreen):
    """A fresh check prints its slip by itself; an earlier one only when asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "home", "result.home", key_display="Esc"),
        Binding("enter", "again", "result.again", key_display="Enter"),
        Binding("p", "print", "result.print", key_display="P"),
        Binding("e", "edit", "result.edit", key_display="E"),
        # As the foot names them, and as a locked shift key sends them.
        Binding("P", "print", show=False),
        Binding("E", "edit", show=False),
    ]

    def __init__(
        self, desk: Desk, check: Check, occasion: Occasion, proof: SignedSlip | None = None
    ) -> None:
        super().__init__(desk)
        self.check = check
        self.occasion = occasion
        self.proof = proof
        self._slip: SlipShown | Refused | None = None
        self._stop: Stop | None = None
        self._plan: Plan | None = None

    # --- what it shows -----------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        text = self._text()
        self._plan = self._room().plan_for(text)
        self.update_classes(self._plan.classes)
        if self._plan.code:
            with Vertical(id="result-code"):
                yield CodePicture(self._code().text, scale=self._scale())
                yield from self._compose_slip()
            with VerticalScroll(id="result-words", can_focus=False):
                yield from self._compose_answer()
                with Vertical(id="result-columns"):
                    yield from self._compose_beside_code(text)
        else:
            with Horizontal(id="result-strip"):
                yield from self._compose_slip()
            with VerticalScroll(id="result-words", can_focus=False):
                yield from self._compose_answer()
                with Vertical(id="result-columns"):
                    yield from self._compose_full(text, self._plan.details)

    def _compose_slip(self) -> ComposeResult:
        yield Static(self.say("result.code", record=self.check.record), id="result-record")
        yield Prose(self._slip_line(), id="result-slip")

    def _compose_answer(self) -> ComposeResult:
        answer, dated = (self.check.outcome.verdict, self.check.outcome.state), self._dated()
        tone = tone_of(*answer, dated=dated)
        with Horizontal(id="answer", classes=f"-{tone}"):
            yield Emblem(tone)
            with Vertical(id="answer-words"):
                yield LargeWords(self.say(large_key(*answer, dated=dated)))
                yield from self._headlines()

    def _compose_beside_code(self, text: ResultText) -> ComposeResult:
        if text.details:
            yield Facts(text.details, id="details")
        with Vertical(id="result-next"):
            yield Facts(text.advice, id="advice")
            yield Facts(text.proof, id="proof")

    def _compose_full(self, text: ResultText, columns: int) -> ComposeResult:
        with Horizontal(id="result-pair"):
            if text.details:
                details = Facts(text.details, id="details")
                details.styles.width = columns
                yield details
            yield Facts(text.proof, id="proof")
        yield Facts(text.advice, id="advice")

    def hint_values(self, action: str) -> dict[str, object]:
        return {"seconds": self.desk.seconds_left} if action == "home" else {}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        del parameters
        ports = self.desk.ports
        match action:
            case "print":
                return ports is not None and ports.slips is not None and self._slip is None
            case "again":
                return ports is not None and ports.checks is not None
            case "edit":
                return self._editable()
        return True

    # --- slip --------------------------------------------------------------------------------

    def on_mount(self) -> None:
        ports = self.desk.ports
        if ports is None or ports.slips is None:
            return
        self._slip = ports.slips.state(self.check.record)
        self._stop = ports.slips.watch(self.check.record, self._heard)
        if self.occasion is Occasion.CHECKED:
            self.action_print()

    def on_unmount(self) -> None:
        if self._stop is not None:
            self._stop()

    def on_resize(self, event: Resize) -> None:
        del event
        for picture in self.query(CodePicture):
            picture.resize_to(self._scale())
        self.look_changed()

    def look_changed(self) -> None:
        if self._plan is not None and self._plan != self._room().plan_for(self._text()):
            self.compose_again()

    def action_print(self) -> None:
        """Have the slip printed; asking twice prints once."""
        self.run_worker(self._print(), group="slip", exclusive=True)

    async def _print(self) -> None:
        ports = self.desk.ports
        if ports is not None and ports.slips is not None:
            self._heard(await ports.slips.print(self.check.record))

    def _heard(self, slip: SlipShown | Refused) -> None:
        self._slip = slip
        for line in self.query("#result-slip").results(Prose):
            line.update(self._slip_line())
        self.refresh_surroundings()

    # --- ways on -----------------------------------------------------------------------------

    def action_home(self) -> None:
        """To the tiles."""
        self.desk.go_home()

    def action_again(self) -> None:
        """Check another invoice."""
        self.desk.go_verify()

    def action_edit(self) -> None:
        """Correct what was typed, keeping the rest."""
        if self.check.claim is not None:
            self.desk.correct(self.check.claim)

    # --- inside ------------------------------------------------------------------------------

    def _code(self) -> ScreenCode:
        """What the picture holds; without a port, the code that only kiosks read."""
        record, token = self.check.record, self.check.token
        codes = None if self.desk.ports is None else self.desk.ports.codes
        return ScreenCode(record_code(record, token)) if codes is None else codes.of(record, token)

    def _dated(self) -> bool:
        """Whether normal is told as of when: also what a pack said by itself, once it is past."""
        outcome = self.check.outcome
        found = self.occasion is Occasion.FOUND
        return outcome.told.dated if found else outcome.outdated

    def _editable(self) -> bool:
        ports = self.desk.ports
        return (
            ports is not None
            and ports.checks is not None
            and self.check.claim is not None
            and self.occasion is Occasion.CHECKED
            and self.check.outcome.verdict in EDITABLE
        )

    def _headlines(self) -> ComposeResult:
        outcome = self.check.outcome
        key = headline_key(outcome.verdict, outcome.state, dated=self._dated())
        as_of = self.desk.wording.minute(outcome.as_of) if outcome.as_of else ""
        yield Static(self.say(key, as_of=as_of), id="headline", markup=False)
        other = self.say(f"{key}.other", as_of=as_of)
        yield Static(other, classes="headline-more", markup=False)

    def _text(self) -> ResultText:
        ports = self.desk.ports
        paper = ports is not None and ports.slips is not None
        text = result_text(self.check, self.desk.wording, paper=paper)
        if self.proof is None:
            return text
        return text._replace(proof=[*text.proof, signature_fact(self.proof, self.desk.wording)])

    def _room(self) -> Room:
        width, height = self.app.size
        return Room(width, height, contrast=self.app.theme == CONTRAST)

    def _slip_line(self) -> Content:
        return slip_line(self._slip, self.desk.wording)

    def _scale(self) -> int:
        width, height = self.app.size
        return 2 if width >= LARGE[0] and height >= LARGE[1] else 1
