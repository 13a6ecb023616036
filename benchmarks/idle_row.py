"""What a kiosk takes while nobody comes: share of a core and memory, of all its processes."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.bare_app import READY
from benchmarks.measure import Bar, Measure
from benchmarks.scene import BARE, kiosk_command, today, words
from benchmarks.timed_terminal import TimedTerminal
from kiosk.demo.stage import Stage

if TYPE_CHECKING:
    import psutil

CPU_BAR, MEMORY_BAR = Bar(0.5, at_most=True), Bar(120, at_most=True)
MIB = 1 << 20
SETTLING = 5.0
"""Seconds after the first paint in which everything behind it opens."""


def run(*, quick: bool) -> list[Measure]:
    """Both programs idle side by side, the server up, for as long as asked."""
    seconds = 20.0 if quick else 60.0
    title = words()("attract.title")
    with ExitStack() as stack:
        stage = stack.enter_context(Stage(today(), 1_000))
        kiosk = stack.enter_context(TimedTerminal(kiosk_command(stage)))
        kiosk.arrived(title)
        bare = stack.enter_context(TimedTerminal(BARE))
        bare.arrived(READY)
        time.sleep(SETTLING)
        before = [_cpu_seconds(each.family()) for each in (kiosk, bare)]
        begun = time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - begun
        after = [_cpu_seconds(each.family()) for each in (kiosk, bare)]
        memory = [_resident(each.family()) for each in (kiosk, bare)]
        processes = len(kiosk.family())
    ours, theirs = (100 * (b - a) / took for a, b in zip(before, after, strict=True))
    bare_cpu = f"a bare Textual app: {theirs:.2f} %"
    bare_memory = f"a bare Textual app: {memory[1]:.0f} MiB"
    what = f"idle, resident memory of {processes} processes"
    return [
        Measure(f"idle for {seconds:.0f} s", ours, "% of a core", bar=CPU_BAR, note=bare_cpu),
        Measure(what, memory[0], "MiB", bar=MEMORY_BAR, note=bare_memory),
    ]


def _cpu_seconds(family: list[psutil.Process]) -> float:
    times = [process.cpu_times() for process in family]
    return sum(each.user + each.system for each in times)


def _resident(family: list[psutil.Process]) -> float:
    """Resident sets added up: what they share counts twice, which is not in our favour."""
    return float(sum(process.memory_info().rss for process in family)) / MIB
