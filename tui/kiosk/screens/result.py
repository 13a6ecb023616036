"""The answer: first whether, then what, then what to do; slip and code beside it or below."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from invoices.record import record_code
from invoices.verdict import Verdict
from tui.kiosk.correction import doubtful_field
from tui.kiosk.ports import Refused, ScreenCode, SlipShown, SlipState
from tui.kiosk.result_answer import Answer, fresh_answer
from tui.kiosk.result_facts import result_text
from tui.kiosk.result_plan import Plan, ResultText, Room
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
    from tui.kiosk.ports import ChecksToday, Stop

EDITABLE = frozenset({Verdict.MISMATCH, Verdict.NOT_FOUND, Verdict.BAD_INPUT, Verdict.TOO_EARLY})
"""Answers after which a slip of the hand may be mended."""

LARGE = (150, 46)
"""Columns and lines from which the code is drawn twice as large."""


class ResultScreen(KioskScreen):
    """The answer to a check that was just made; its slip prints by itself."""

    FRESH: ClassVar[bool] = True
    """Whether it shows an answer of now: prints by itself and may be corrected."""

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
        self,
        desk: Desk,
        check: Check,
        *,
        scanned: bool = False,
        today: ChecksToday | None = None,
    ) -> None:
        super().__init__(desk)
        self.check = check
        self.scanned = scanned
        self.today = today
        self.repeated = False
        """Whether its code was read again while it stands; said beside the record's number."""
        self._slip: SlipShown | Refused | None = None
        self._stop: Stop | None = None
        self._plan: Plan | None = None

    # --- what a subclass says ----------------------------------------------------------------

    def answer(self) -> Answer:
        """The head of the page."""
        return fresh_answer(self.check.outcome, self.desk.wording, scanned=self.scanned)

    def text(self) -> ResultText:
        """All that stands below it."""
        return result_text(
            self.check,
            self.desk.wording,
            paper=self._paper_comes(),
            scanned=self.scanned,
            today=self.today,
        )

    # --- what it shows -----------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        text = self.text()
        self._plan = self._room().plan_for(text)
        self.update_classes(self._plan.classes)
        if self._plan.code:
            with Vertical(id="result-code"):
                code = self._code()
                yield CodePicture(code.text, scale=self._scale())
                yield Prose(self._caption(code), id="result-caption")
                yield from self._compose_slip()
            with VerticalScroll(id="result-words", can_focus=False):
                yield from self._compose_answer(self._plan)
                with Vertical(id="result-columns"):
                    yield from self._compose_beside_code(text)
        else:
            with Horizontal(id="result-strip"):
                yield from self._compose_slip()
            with VerticalScroll(id="result-words", can_focus=False):
                yield from self._compose_answer(self._plan)
                with Vertical(id="result-columns"):
                    yield from self._compose_full(text, self._plan.details)

    def _compose_slip(self) -> ComposeResult:
        yield Static(self._record_line(), id="result-record", markup=False)
        yield Prose(self._slip_line(), id="result-slip")

    def _compose_answer(self, plan: Plan) -> ComposeResult:
        answer = self.answer()
        with Horizontal(id="answer", classes=f"-{answer.tone}"):
            yield Emblem(answer.tone)
            with Vertical(id="answer-words"):
                if plan.banner.large:
                    yield LargeWords(answer.drawn(self._room().words(plan)))
                yield Static(answer.headline, id="headline", markup=False)
                yield Static(answer.other, classes="headline-more", markup=False)

    def _compose_beside_code(self, text: ResultText) -> ComposeResult:
        if text.timeline:
            yield Facts(text.timeline, id="timeline")
        if text.details:
            yield Facts(text.details, id="details")
        with Vertical(id="result-next"):
            yield Facts(text.advice, id="advice")
            yield Facts(text.proof, id="proof")

    def _compose_full(self, text: ResultText, columns: int) -> ComposeResult:
        if text.timeline:
            yield Facts(text.timeline, id="timeline")
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
                return ports is not None and ports.slips is not None and self._printable()
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
        if self.FRESH:
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
        if self._plan is not None and self._plan != self._room().plan_for(self.text()):
            self.compose_again()

    def action_print(self) -> None:
        """Have the slip printed; asking twice prints once.

        The slip comes whether or not this page still stands when the printer has taken it.
        """
        self.desk.start(self._print())

    async def _print(self) -> None:
        ports = self.desk.ports
        if ports is not None and ports.slips is not None:
            self._heard(await ports.slips.print(self.check.record))

    def _heard(self, slip: SlipShown | Refused) -> None:
        before = self._paper_comes()
        self._slip = slip
        if not self.is_attached:
            return
        if before != self._paper_comes():
            self.compose_again()
        for line in self.query("#result-slip").results(Prose):
            line.update(self._slip_line())
        self.refresh_surroundings()

    def read_again(self) -> None:
        """The same code came again: the answer stands, and this says so quietly."""
        self.repeated = True
        for line in self.query("#result-record").results(Static):
            line.update(self._record_line())

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
            self.desk.correct(self.check.claim, doubtful_field(self.check))

    # --- inside ------------------------------------------------------------------------------

    def _code(self) -> ScreenCode:
        """What the picture holds; without a port, the code that only kiosks read."""
        record, token = self.check.record, self.check.token
        codes = None if self.desk.ports is None else self.desk.ports.codes
        return ScreenCode(record_code(record, token)) if codes is None else codes.of(record, token)

    def _paper_comes(self) -> bool:
        """Whether to speak of the slip as of something in the hand."""
        ports, slip = self.desk.ports, self._slip
        if ports is None or ports.slips is None or isinstance(slip, Refused):
            return False
        return slip is None or slip.state not in {SlipState.WAITING, SlipState.FAILED}

    def _printable(self) -> bool:
        """Whether a slip may be asked for: none was, or it never came to the printer."""
        slip = self._slip
        return slip is None or (isinstance(slip, SlipShown) and slip.state is SlipState.FAILED)

    def _record_line(self) -> Content:
        key = "result.code.same" if self.repeated else "result.code"
        return self.say(key, record=self.check.record)

    def _caption(self, code: ScreenCode) -> Content:
        return self.say("result.caption.phone" if code.opens else "result.caption.kiosk")

    def _editable(self) -> bool:
        ports = self.desk.ports
        return (
            ports is not None
            and ports.checks is not None
            and self.check.claim is not None
            and self.FRESH
            and self.check.outcome.verdict in EDITABLE
        )

    def _room(self) -> Room:
        width, height = self.app.size
        return Room(width, height)

    def _slip_line(self) -> Content:
        return slip_line(self._slip, self.desk.wording)

    def _scale(self) -> int:
        width, height = self.app.size
        return 2 if width >= LARGE[0] and height >= LARGE[1] else 1
