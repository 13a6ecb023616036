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
from tui.kiosk.answers import headline_key

if TYPE_CHECKING:
    from kiosk.demo.language import DemoLanguage
    from kiosk.demo.paper import Paper, PrintedSlip
    from kiosk.demo.samples import Sample
    from kiosk.demo.stage import Stage
    from kiosk.demo.terminal_program import TerminalProgram

_BETWEEN = re.compile("[\\s\u2500-\u259f]+")
RECORD = re.compile(r"A03-\d{6}-\d{4}")
SECONDS = 15.0
"""How long anything may take to appear, generous for a loaded machine."""

STILL = 0.3
"""Seconds without painting after which a screen is whole and can be shown."""

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
        words: DemoLanguage,
        tell: Callable[[str], None],
    ) -> None:
        """Nothing happens before `run`."""
        self._stage = stage
        self._program = program
        self._paper = paper
        self._t = words.kiosk
        self._other = words.other
        self._say = words.say
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
        typed = next(sample for sample in samples if sample.label == TYPED)
        self._type(typed)
        self._mangle()
        digital = next(sample for sample in samples if sample.label == SCANNED_LATE)
        # Not the same code twice in a row: that would be one check.
        self._run_out_of_paper(typed)
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
        self._see(self._t("notice.unread"))
        self._show()
        self._home()

    def _run_out_of_paper(self, sample: Sample) -> None:
        self._announce("paper_out", sample.payload)
        self._paper.command("paper-out")
        self._program.send(sample.payload.encode() + b"\r")
        record = self._verdict(sample.verdict, sample.state)
        # A sentence of the narrow column may be broken beside lines of the wide one.
        reason = self._t("slip.reason.paper_out")
        self._until(lambda screen: all(word in screen for word in reason.split()), reason)
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
        self._see(as_of)
        self._show()
        slip = self._slip(record, sample.verdict, sample.state)
        # Slips have their lines in Chinese whatever the screen speaks.
        sources = (_unwrapped(t("receipt.source.pack", as_of="")) for t in (self._t, self._other))
        if not any(source in _unwrapped(slip.text) for source in sources):
            raise self._difference(as_of)
        return slip, record

    def _by_nobody(self) -> tuple[PrintedSlip, str]:
        record = self._verdict(Verdict.UNAVAILABLE, None)
        return self._slip(record, Verdict.UNAVAILABLE, None), record

    def _completed(self, code: str, sample: Sample) -> None:
        """The kept check gets the server's verdict by itself; its slip, scanned, shows both.

        The record says what the registry answered then, and beside it what it says now.
        """
        then = _unwrapped(self._t("told.source.registry", as_of=""))
        wanted, unread = _unwrapped(self._t("record.now")), _unwrapped(self._t("notice.unread"))
        for _ in range(30):
            self._home()
            self._announce("slip_scanned", code)
            self._program.send(code.encode() + b"\r")
            # A busy machine may type unevenly; whoever is not understood scans once more.
            screen = _unwrapped(self._until(_either(wanted, unread), wanted))
            headline = _unwrapped(self._headline(sample.verdict, sample.state))
            if screen.count(then) > 1 and headline in screen:
                self._show()
                return
        raise self._difference(wanted)

    def _delivered(self) -> None:
        """The server has all that the kiosk wrote, once, and none of it needs a person's eye."""
        told = self._stage.delivered()
        self._announce("delivered", f"{told.taken}/{told.written}")
        if told.taken != told.written or told.exceptions:
            raise self._difference(f"{told.written}/{told.written}")

    def _leave(self) -> None:
        self._announce("language", "F3")
        self._program.send("\x1bOR")
        for key in ("link.online", "signed.label", "result.match.normal"):
            self._see(self._other(key))
        self._show()

    # --- looking -----------------------------------------------------------------------------

    def _verdict(self, verdict: Verdict, state: State | None) -> str:
        """Wait for a result that was not there before; its record number."""
        wanted = self._headline(verdict, state)

        def holds(screen: str) -> bool:
            found = RECORD.search(screen)
            new = found is not None and found.group() != self._last
            return new and _unwrapped(wanted) in _unwrapped(screen)

        screen = self._until(holds, wanted)
        found = RECORD.search(screen)
        self._last = found.group() if found else ""
        said = self._say(headline_key(verdict, state, scanned=True))
        self._tell(f"    ⇒ {said}  {self._last}")
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
        self._tell(f"    ⇒ {self._say(f'signed.{kind}')}  {record}")

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
        return self._t(headline_key(verdict, state, scanned=True))

    def _home(self) -> None:
        self._program.send("\x1b")
        self._see(self._t("home.tile.help"))

    def _see(self, wanted: str) -> str:
        return self._until(lambda screen: _unwrapped(wanted) in _unwrapped(screen), wanted)

    def _until(self, holds: Callable[[str], bool], wanted: str) -> str:
        try:
            return self._program.wait_until(holds, wanted, SECONDS)
        except TimeoutError as error:
            raise self._difference(wanted) from error

    def _show(self) -> None:
        """What is on the screen, once nothing more is painted."""
        self._program.wait_still(STILL, SECONDS)
        for line in self._program.text.splitlines():
            if line.strip():
                self._tell(f"      ┆ {line}")

    def _announce(self, step: str, what: str) -> None:
        self._steps += 1
        self._tell(f"{self._steps:>3} {self._say(f'demo.step.{step}')}: {what}")

    def _difference(self, wanted: str) -> DemoError:
        self._show()
        return DemoError("demo.difference", wanted=wanted)


def _either(*wanted: str) -> Callable[[str], bool]:
    """Whether a screen shows one of these texts, wrapped or not."""
    return lambda screen: any(each in _unwrapped(screen) for each in wanted)


def _unwrapped(text: str) -> str:
    """The text without breaks, blanks and drawn blocks, as a sentence wrapped beside a code."""
    return _BETWEEN.sub("", text)
