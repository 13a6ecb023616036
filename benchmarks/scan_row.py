"""From the last byte of a scan to the verdict on the screen: real server, real kiosk, a pty.

The clock starts when the scanner's terminator is written to the terminal and stops when the
bytes of the verdict have come out of it. What a terminal takes to draw them is not in it.
"""

from __future__ import annotations

import statistics
import time
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.cpu_time import cpu_seconds
from benchmarks.measure import Bar, Measure
from benchmarks.scene import faces_that_match, kiosk_command, today, traced_command, words
from benchmarks.timed_terminal import TimedTerminal
from invoices.qr_writer import write_face
from kiosk.demo.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoices.face import Face
    from kiosk.i18n import Translate

BAR = Bar(150, at_most=True)
OURS_BAR = Bar(20, at_most=True)
OURS = "from the whole scan to the checked and kept result, server included; in a run of its own"
RATE = 2_000.0
"""Characters a second: a common USB scanner."""

WARM = 3
P95 = 0.95


def run(*, quick: bool) -> list[Measure]:
    """A visitor after another, each with another genuine invoice, from the home screen."""
    scans, traced = (10, 5) if quick else (60, 20)
    with Stage(today(), 2_000) as stage:
        faces = faces_that_match(stage.folder / "registry.csv", today())
        checks = _checks(kiosk_command(stage), faces, scans)
        trace = stage.folder / "trace"
        _checks(traced_command(stage, trace), faces, traced)
        lines = trace.read_text(encoding="ascii").split()
    inside = [float(line) for line in lines[WARM:]]
    taken = sorted(each.wall for each in checks)
    spent = statistics.median(each.cpu for each in checks)
    note = f"{len(taken)} scans, link up; worst {taken[-1]:.0f} ms; a slip printed each time"
    return [
        Measure("scan to verdict on screen, p50", statistics.median(taken), "ms"),
        Measure("scan to verdict on screen, p95", _quantile(taken, P95), "ms", bar=BAR, note=note),
        Measure("  the kiosk's CPU time until then, p50", spent, "ms"),
        Measure("  of which ours, p50", statistics.median(inside), "ms", bar=OURS_BAR, note=OURS),
    ]


def _checks(command: list[str], faces: Iterator[Face], count: int) -> list[Check]:
    payloads = [write_face(face) for face in islice(faces, WARM + count)]
    with TimedTerminal(command) as kiosk:
        visitor = _Visitor(kiosk, words())
        return [visitor.check(payload) for payload in payloads][WARM:]


class Check(NamedTuple):
    """Milliseconds from terminator to verdict, on the wall and of the kiosk's CPU."""

    wall: float
    cpu: float


class _Visitor:
    """Stands before a kiosk that is up."""

    def __init__(self, kiosk: TimedTerminal, words: Translate) -> None:
        self._kiosk = kiosk
        self._words = words
        kiosk.arrived(words("attract.title"))
        kiosk.arrived(words("link.online"))
        self._leave()
        self._family = kiosk.family()  # once: it starts no more of them

    def check(self, payload: str) -> Check:
        """Scan, wait for verdict and slip, go home."""
        self._kiosk.send_at(payload.encode(), RATE)
        start = self._kiosk.written
        spent, begun = self._cpu_seconds(), time.monotonic()
        self._kiosk.send(b"\r")
        at = self._kiosk.arrived(self._words("result.match.normal"), start=start)
        spent = self._cpu_seconds() - spent
        self._kiosk.arrived(self._words("slip.printed"), start=start)
        self._leave()
        return Check((at - begun) * 1_000, spent * 1_000)

    def _cpu_seconds(self) -> float:
        return sum(cpu_seconds(each.pid) for each in self._family)

    def _leave(self) -> None:
        start = self._kiosk.written
        self._kiosk.send(b"\x1b")
        self._kiosk.arrived(self._words("home.tile.history.more"), start=start)


def _quantile(ordered: list[float], share: float) -> float:
    """The smallest value that so great a share do not exceed."""
    return ordered[min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1)]
