"""Runs the demo: on a terminal the kiosk itself, without one the tour of the same system."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.demo.errors import DemoError
from kiosk.demo.paper import Paper
from kiosk.demo.samples import read_samples, sheet_samples
from kiosk.demo.stage import Stage

if TYPE_CHECKING:
    from kiosk.demo.language import DemoLanguage
    from kiosk.demo.terminal_program import TerminalProgram

INVOICES = 2000
SIZE = (80, 24)
QUIET = {"PYTHONWARNINGS": "ignore", "YANPIAO_SCANNER__REPEAT_SECONDS": "0"}
"""For a script, which scans one slip again and again and leaves its page in between."""
"""The tour is judged by what people see; a library's deprecation note is not for them."""

Tell = Callable[[str], None]


def show(today: date, words: DemoLanguage, tell: Tell) -> int:
    """The full-screen kiosk on this terminal until it is ended; its exit status.

    Raises:
        DemoError: A part of the system did not start.
    """
    # Drawing the sheet loads what the screens never need.
    from kiosk.bootstrap.samples import SHEET
    from kiosk.demo.sheet import write_sheet

    with _stage(today, words, tell) as stage:
        page = stage.samples.with_name(SHEET)
        write_sheet(sheet_samples(read_samples(stage.samples)), page, words.kiosk, words.first)
        tell(words.say("demo.sheet.at", path=str(page)))
        tell(words.say("demo.leave"))
        status = _run_here(_kiosk(stage))
    tell(words.say("demo.ended"))
    return status


def tour(today: date, words: DemoLanguage, tell: Tell) -> int:
    """The scripted tour; 0 when everything was as it must be.

    Raises:
        DemoError: The first thing that was not.
    """
    # The tour reads screens and pictures; the full-screen demo does without.
    from kiosk.demo.tour import Tour

    with (
        _stage(today, words, tell, packs_later=True) as stage,
        _program(stage, SIZE) as program,
    ):
        paper = Paper(stage.printer_control)
        visit = Tour(stage, program, paper, words, tell)
        steps = visit.run(read_samples(stage.samples))
        program.terminate()
    tell(words.say("demo.tour.done", steps=steps))
    return 0


def screenshots(today: date, words: DemoLanguage, tell: Tell, folder: Path) -> int:
    """Draw the pictures of the documentation from the running system.

    Raises:
        DemoError: A part did not start, or there is no font to draw with.
    """
    # Pictures are drawn on request only.
    from kiosk.demo.pictures import Photographer
    from printers.font import find_font

    font = find_font(None)
    if font is None:
        raise DemoError("demo.no_font")
    folder.mkdir(parents=True, exist_ok=True)
    with _stage(today, words, tell) as stage:
        photographer = Photographer(stage, words.kiosk, font.path, folder, tell)
        for columns, rows in ((80, 24), (160, 50)):
            with _program(stage, (columns, rows)) as program:
                photographer.take(program, f"{columns}x{rows}")
                program.terminate()
    return 0


@contextmanager
def _stage(
    today: date, words: DemoLanguage, tell: Tell, *, packs_later: bool = False
) -> Iterator[Stage]:
    tell(words.say("demo.preparing"))

    def on_step(step: str) -> None:
        tell(f"  {words.say(f'demo.preparing.{step}', invoices=INVOICES)}")

    with Stage(
        today, INVOICES, packs_later=packs_later, language=words.first, on_step=on_step
    ) as stage:
        yield stage


@contextmanager
def _program(stage: Stage, size: tuple[int, int]) -> Iterator[TerminalProgram]:
    from kiosk.demo.terminal_program import TerminalProgram

    columns, rows = size
    with TerminalProgram(_kiosk(stage), columns=columns, rows=rows, env=QUIET) as program:
        yield program


def _run_here(command: list[str]) -> int:
    """Run on this terminal; interrupted, the command first gets to restore the terminal."""
    with subprocess.Popen(command) as child:  # noqa: S603 -- our own command, no shell
        try:
            return child.wait()
        finally:
            child.terminate()


def _kiosk(stage: Stage) -> list[str]:
    return [sys.executable, "-m", "kiosk", "run", "--config", str(stage.config)]
