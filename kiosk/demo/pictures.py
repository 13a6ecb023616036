"""Takes the documentation's pictures from the running demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from invoices.verdict import State
from kiosk.demo.paper import Paper
from kiosk.demo.samples import read_samples

if TYPE_CHECKING:
    from kiosk.demo.stage import Stage
    from kiosk.demo.terminal_program import TerminalProgram
    from kiosk.i18n import Translate

SECONDS = 20.0
STILL = 0.4
"""Seconds without painting after which a screen is whole."""

MATCH, VOIDED = "match_normal_10", State.VOIDED


class Photographer:
    """Walks from screen to screen and keeps what it sees."""

    def __init__(
        self,
        stage: Stage,
        translate: Translate,
        font: Path,
        folder: Path,
        tell: Callable[[str], None],
    ) -> None:
        """Pictures go to `folder`, drawn with `font`."""
        self._stage = stage
        self._t = translate
        self._font = font
        self._folder = folder
        self._tell = tell

    def take(self, program: TerminalProgram, size: str) -> None:
        """Home, a match, its slip, and a voided invoice, at one size."""
        samples = read_samples(self._stage.samples)
        match = next(sample for sample in samples if sample.label == MATCH)
        voided = next(sample for sample in samples if sample.state is VOIDED)
        program.wait_for(self._t("attract.title"), SECONDS)
        program.wait_for(self._t("link.online"), SECONDS)
        program.send("\r")
        program.wait_for(self._t("home.tile.verify"), SECONDS)
        self._keep(program, f"home-{size}")
        program.send(match.payload.encode() + b"\r")
        program.wait_for(self._t("result.match.normal"), SECONDS)
        program.wait_for(self._t("slip.printed"), SECONDS)
        self._keep(program, f"match-{size}")
        program.send(voided.payload.encode() + b"\r")
        program.wait_for(self._t("result.match.voided"), SECONDS)
        program.wait_for(self._t("slip.printed"), SECONDS)
        self._keep(program, f"voided-{size}")
        slip = Paper(self._stage.printer_control).slips()[0]
        (self._folder / "slip.png").write_bytes(slip.picture.read_bytes())

    def _keep(self, program: TerminalProgram, name: str) -> None:
        program.wait_still(STILL)
        path = self._folder / f"{name}.png"
        path.write_bytes(program.picture(self._font))
        self._tell(str(path))
