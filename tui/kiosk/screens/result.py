"""The answer: first whether, then what, then what to do; slip and code beside it."""

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
from tui.kiosk.ports import Refused, SlipShown
from tui.kiosk.result_facts import advice_facts, detail_facts, proof_facts
from tui.kiosk.screen import KioskScreen
from tui.kiosk.slip_words import slip_line
from tui.widgets.code_picture import CodePicture
from tui.widgets.emblem import Emblem
from tui.widgets.facts import Facts
from tui.widgets.large_words import LargeWords
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from invoices.check import Check
    from tui.kiosk.desk import Desk
    from tui.kiosk.ports import Stop

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
    ]

    def __init__(self, desk: Desk, check: Check, occasion: Occasion) -> None:
        super().__init__(desk)
        self.check = check
        self.occasion = occasion
        self._slip: SlipShown | Refused | None = None
        self._stop: Stop | None = None

    # --- what it shows -----------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        check, wording = self.check, self.desk.wording
        outcome = check.outcome
        tone = tone_of(outcome.verdict, outcome.state)
        with Vertical(id="result-code"):
            yield CodePicture(record_code(check.record, check.token), scale=self._scale())
            yield Static(self.say("result.code", record=check.record), id="result-record")
            yield Prose(self._slip_line(), id="result-slip")
        with VerticalScroll(id="result-words", can_focus=False):
            with Horizontal(id="answer", classes=f"-{tone}"):
                yield Emblem(tone)
                with Vertical(id="answer-words"):
                    yield LargeWords(self.say(large_key(outcome.verdict, outcome.state)))
                    yield from self._headlines()
            with Horizontal(id="result-columns"):
                if outcome.details is not None:
                    yield Facts(detail_facts(outcome.details, wording), id="details")
                with Vertical(id="result-next"):
                    yield Facts(advice_facts(outcome, wording), id="advice")
                    yield Facts(proof_facts(check, wording), id="proof")

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
        self._settle()

    async def recompose(self) -> None:
        """The same result in other words, which may need more room or less."""
        await super().recompose()
        self.call_after_refresh(self._settle)

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
        key = headline_key(outcome.verdict, outcome.state)
        yield Static(self.say(key), id="headline", markup=False)
        yield Static(self.say(f"{key}.other"), classes="headline-more", markup=False)

    def _settle(self) -> None:
        """Leave out blank lines where the words would not fit with them."""
        room = self.query_one("#result-words").size.height - self.query_one("#answer").size.height
        columns = self.query_one("#result-columns")
        beside = columns.layout.name == "horizontal"  # then with a blank line less, at the top
        heights = []
        for column in ("#details", "#result-next Facts"):
            facts = [*columns.query(column).results(Facts)]
            widths = [each.size.width if beside else columns.content_size.width for each in facts]
            heights.append(sum(map(Facts.height_at, facts, widths)) + len(facts) - beside)
        self.set_class((max(heights) if beside else sum(heights)) > room, "-dense")

    def _slip_line(self) -> Content:
        return slip_line(self._slip, self.desk.wording)

    def _scale(self) -> int:
        width, height = self.app.size
        return 2 if width >= LARGE[0] and height >= LARGE[1] else 1
