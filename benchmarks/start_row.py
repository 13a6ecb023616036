"""From starting the command to the first screen on its terminal, beside a bare Textual program."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.bare_app import READY
from benchmarks.cpu_time import cpu_seconds
from benchmarks.measure import Bar, Measure
from benchmarks.scene import BARE, kiosk_command, screen_command, today, words
from benchmarks.timed_terminal import TimedTerminal
from kiosk.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BAR = Bar(1.5, at_most=True)
PEER = "bare Textual app"


def run(*, quick: bool) -> list[Measure]:
    """Starts in turn, the first of each not counted: it fills the disk's cache and compiles.

    An installed kiosk is compiled; a work tree of an account that writes no bytecode is not.
    """
    title = words()("attract.title")
    with Stage(today(), 1_000) as stage:
        programs = {
            "kiosk": (kiosk_command(stage), title),
            "screen": (screen_command(stage), title),
            "bare": (BARE, READY),
        }
        taken: dict[str, list[Start]] = {name: [] for name in programs}
        compiled = {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(stage.folder / "bytecode"),
        }
        for _ in range(4 if quick else 13):
            for name, (argv, text) in programs.items():
                taken[name].append(_first_paint(argv, text, compiled))
    kiosk, screen, bare = (_median(taken[name][1:]) for name in programs)
    alone = "without the small parent that the command runs under"
    return [
        Measure("start to first paint, median", kiosk.wall, "ms", PEER, bare.wall, BAR),
        Measure("  by CPU time", kiosk.cpu, "ms", PEER, bare.cpu),
        Measure("  its screen process", screen.wall, "ms", PEER, bare.wall, note=alone),
        Measure("  by CPU time", screen.cpu, "ms", PEER, bare.cpu),
    ]


class Start(NamedTuple):
    """Milliseconds until the first screen was there, on the wall and of CPU."""

    wall: float
    cpu: float


def _first_paint(argv: Sequence[str], text: str, env: Mapping[str, str]) -> Start:
    with TimedTerminal(argv, env=env) as program:
        wall = program.arrived(text) - program.begun
        cpu = sum(cpu_seconds(each.pid) for each in program.family())
        return Start(wall * 1_000, cpu * 1_000)


def _median(starts: list[Start]) -> Start:
    return Start(
        statistics.median(each.wall for each in starts),
        statistics.median(each.cpu for each in starts),
    )
