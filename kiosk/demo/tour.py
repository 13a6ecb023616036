"""A scripted visit to the running demo: what it scans, sees on the screen, and finds on paper.

Verdicts are read off the kiosk's terminal and slips off the printer's bytes; the tour looks
into no object of the kiosk. Anything that is not as it must be ends it with a difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from invoices.kinds import Field
from invoices.verdict import State, Verdict
from kiosk.demo.errors import DemoError
from kiosk.demo.proof import prove
from kiosk.demo.samples import one_of_each

if TYPE_CHECKING:
    from kiosk.demo.paper import Paper, PrintedSlip
    from kiosk.demo.samples import Sample
    from kiosk.demo.stage import Stage
    from kiosk.demo.terminal_program import TerminalProgram
    from kiosk.i18n import Translate

RECORD = re.compile(r"A03-\d{6}-\d{4}")
SECONDS = 15.0
"""How long anything may take to appear, generous for a loaded machine."""

TYPING_RATE = 9.0
"""Characters a second of a quick hand; far slower than any scanner."""

TYPED, SCANNED_LATE = "match_normal_10", "match_normal_31"
"""Samples for the hand and for the two faults; no other step of the tour uses them up."""

MANGLED = b"01,32,,2411200\xd6\x00000,,,,\r"


class Tour:
    """One tour. `tell` gets every line to print."""

    def __init__(
        self,
        stage: Stage,
        program: TerminalProgram,
        paper: Paper,
        translate: Translate,
        english: Translate,
        tell: Callable[[str], None],
    ) -> None:
        """Nothing happens before `run`; `translate` speaks the kiosk's first language."""
        self._stage = stage
        self._program = program
        self._paper = paper
        self._t = translate
        self._english = english
        self._tell = tell
        self._last = ""
        self._packs = False
        self._steps = 0

    def run(self, samples: list[Sample]) -> int:
        """The whole tour; how many steps it took.

        Raises:
            DemoError: `demo.difference` at the first thing that is not as it must be.
        """
        self._program.wait_for(self._t("attract.title"), SECONDS)
        for sample in one_of_each(samples):
            self._scan(sample)
        self._type(next(sample for sample in samples if sample.label == TYPED))
        self._mangle()
        digital = next(sample for sample in samples if sample.label == SCANNED_LATE)
        self._run_out_of_paper(digital)
        self._pull_the_plug(digital)
        if self._stage.packs:
            self._give_packs()
            self._pull_the_plug(digital)
        self._delivered()
        self._leave()
        return self._steps

    # --- steps -------------------------------------------------------------------------------

    def _scan(self, sample: Sample) -> None:
        self._announce("scan", sample.payload)
        self._program.send(sample.payload.encode() + b"\r")
        record = self._verdict(sample.verdict, sample.state)
        self._slip(record, sample.verdict, sample.state)

    def _type(self, sample: Sample) -> None:
        self._announce("typed", " ".join(sample.fields.values()))
        self._home()
        self._program.send("1")
        for field in (Field.CODE, Field.NUMBER, Field.ISSUED_ON, Field.CHECK_CODE):
            self._see(self._t(f"verify.question.{field}"))
            text = sample.fields[field].replace("-", "")
            self._program.send_at(text.encode(), TYPING_RATE)
            self._program.send_at(b"\r", TYPING_RATE)
        record = self._verdict(sample.verdict, sample.state)
        self._slip(record, sample.verdict, sample.state)

    def _mangle(self) -> None:
        self._announce("mangled", repr(MANGLED))
        self._program.send(MANGLED)
        screen = self._see(self._t("notice.problem"))
        self._show(screen)
        self._home()

    def _run_out_of_paper(self, sample: Sample) -> None:
        self._announce("paper_out", sample.payload)
        self._paper.command("paper-out")
        self._program.send(sample.payload.encode() + b"\r")
        record = self._verdict(sample.verdict, sample.state)
        self._see(self._t("slip.reason.paper_out"))
        if any(record in slip.text for slip in self._paper.slips()):
            raise self._difference("demo.no_slip_without_paper")
        self._announce("paper_back", record)
        self._paper.command("ok")
        self._slip(record, sample.verdict, sample.state)
        self._see(self._t("slip.printed"))

    def _pull_the_plug(self, sample: Sample) -> None:
        self._announce("server_stopped", sample.payload)
        self._stage.stop_server()
        self._program.send(sample.payload.encode() + b"\r")
        slip, record = self._by_packs(sample) if self._packs else self._by_nobody()
        self._announce("server_back", record)
        self._stage.start_server()
        self._see(self._t("link.online"))
        self._completed(self._code_of(slip), sample)

    def _give_packs(self) -> None:
        self._announce("packs", "FPK1")
        self._stage.give_packs()
        self._packs = True

    def _by_packs(self, sample: Sample) -> tuple[PrintedSlip, str]:
        """The kiosk answers from its own data, and says of when they are."""
        as_of = self._t("result.source.pack", as_of="").strip()
        record = self._verdict(sample.verdict, sample.state)
        self._show(self._see(as_of))
        slip = self._slip(record, sample.verdict, sample.state)
        if _unwrapped(self._t("receipt.source.pack", as_of="")) not in _unwrapped(slip.text):
            raise self._difference(as_of)
        return slip, record

    def _by_nobody(self) -> tuple[PrintedSlip, str]:
        record = self._verdict(Verdict.UNAVAILABLE, None)
        return self._slip(record, Verdict.UNAVAILABLE, None), record

    def _completed(self, code: str, sample: Sample) -> None:
        """The kept check gets the server's verdict by itself; its slip, scanned, shows it."""
        wanted = self._t("result.source.registry")
        for _ in range(30):
            self._home()
            self._announce("slip_scanned", code)
            self._program.send(code.encode() + b"\r")
            screen = self._see(self._t("result.source").strip())
            if wanted in screen and self._headline(sample.verdict, sample.state) in screen:
                self._show(screen)
                return
        raise self._difference(wanted)

    def _delivered(self) -> None:
        """The server has all that the kiosk wrote, once, and none of it needs a person's eye."""
        told = self._stage.delivered()
        self._announce("delivered", f"{told.taken}/{told.written}")
        if told.taken != told.written or told.exceptions:
            raise self._difference(f"{told.written}/{told.written}")

    def _leave(self) -> None:
        self._announce("english", "F3")
        self._program.send("\x1bOR")
        self._see(self._english("link.online"))
        # The screen is painted from the top: its last line of facts has all above it.
        self._see(self._english("signed.label"))
        self._show(self._see(self._english("result.match.normal")))

    # --- looking -----------------------------------------------------------------------------

    def _verdict(self, verdict: Verdict, state: State | None) -> str:
        """Wait for a result that was not there before; its record number."""
        wanted = self._headline(verdict, state)

        def holds(screen: str) -> bool:
            found = RECORD.search(screen)
            return wanted in screen and found is not None and found.group() != self._last

        screen = self._until(holds, wanted)
        found = RECORD.search(screen)
        self._last = found.group() if found else ""
        self._tell(f"    ⇒ {wanted}  {self._last}")
        return self._last

    def _slip(self, record: str, verdict: Verdict, state: State | None) -> PrintedSlip:
        slip = self._paper.wait_slip(lambda text: record in text, SECONDS)
        words = [_unwrapped(self._t(f"verdict.{verdict}"))]
        if state is not None:
            words.append(_unwrapped(self._t(f"state.{state}")))
        if slip is None or not all(word in _unwrapped(slip.text) for word in words):
            raise self._difference("，".join(words))
        self._prove(slip, record)
        for line in slip.text.rstrip().splitlines():
            self._tell(f"      │ {line}")
        return slip

    def _prove(self, slip: PrintedSlip, record: str) -> None:
        """The code on the paper is of this record, and signed once the kiosk has its key."""
        found = prove(self._code_of(slip), record, self._stage.folder / "kiosk")
        kind = "unsigned" if found.fault else "good"
        self._tell(f"    ⇒ {self._t(f'signed.{kind}')}  {record}")

    def _code_of(self, slip: PrintedSlip) -> str:
        """The slip's code as a phone would read it from the paper."""
        import zxingcpp  # only the tour reads pictures
        from PIL import Image

        with Image.open(slip.picture) as picture:
            read = zxingcpp.read_barcodes(picture)
        if not read:
            raise self._difference("QR")
        text: str = read[0].text
        return text

    def _headline(self, verdict: Verdict, state: State | None) -> str:
        return self._t(f"result.{verdict}" if state is None else f"result.match.{state}")

    def _home(self) -> None:
        self._program.send("\x1b")
        self._see(self._t("home.tile.history"))

    def _see(self, wanted: str) -> str:
        return self._until(lambda screen: wanted in screen, wanted)

    def _until(self, holds: Callable[[str], bool], wanted: str) -> str:
        try:
            return self._program.wait_until(holds, wanted, SECONDS)
        except TimeoutError as error:
            raise self._difference(wanted) from error

    def _show(self, screen: str) -> None:
        for line in screen.splitlines():
            if line.strip():
                self._tell(f"      ┆ {line}")

    def _announce(self, step: str, what: str) -> None:
        self._steps += 1
        self._tell(f"{self._steps:>3} {self._t(f'demo.step.{step}')}: {what}")

    def _difference(self, wanted: str) -> DemoError:
        self._show(self._program.text)
        return DemoError("demo.difference", wanted=wanted)


def _unwrapped(text: str) -> str:
    """The text without the breaks and blanks that narrow paper puts into it."""
    return "".join(text.split())
