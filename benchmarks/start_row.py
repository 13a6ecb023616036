"""From starting the command to the first screen on its terminal, beside a bare Textual program."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks.bare_app import READY
from benchmarks.measure import Bar, Measure
from benchmarks.scene import BARE, kiosk_command, screen_command, today, words
from benchmarks.timed_terminal import TimedTerminal
from kiosk.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = Bar(1.5, at_most=True)
PEER = "bare Textual app"


def run(*, quick: bool) -> list[Measure]:
    """Starts in turn, the first of each not counted: it fills the disk's cache."""
    title = words()("attract.title")
    with Stage(today(), 1_000) as stage:
        programs = {
            "kiosk": (kiosk_command(stage), title),
            "screen": (screen_command(stage), title),
            "bare": (BARE, READY),
        }
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(4 if quick else 16):
            for name, (argv, text) in programs.items():
                taken[name].append(_first_paint(argv, text))
    kiosk, screen, bare = (statistics.median(taken[name][1:]) for name in programs)
    note = "without the small supervisor that the command runs under"
    return [
        Measure("start to first paint, median", kiosk, "ms", PEER, bare, BAR),
        Measure("  its screen process alone", screen, "ms", PEER, bare, note=note),
    ]


def _first_paint(argv: Sequence[str], text: str) -> float:
    with TimedTerminal(argv) as program:
        return (program.arrived(text) - program.begun) * 1_000
