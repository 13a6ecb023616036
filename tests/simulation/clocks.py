"""Time of the run, and what the machines' clocks make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.loop import VirtualLoop

BEGIN = datetime(2026, 11, 24, 2, 25, 7, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


class WorldTime:
    """True time: the loop's, and nights that nobody was awake to see."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._skipped = 0.0

    @property
    def seconds(self) -> float:
        return self._loop.at + self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds


class MachineClock:
    """`kiosk.clock.Clock` and `helpdesk.clock.Clock` of one machine; `wrong` is by how much."""

    def __init__(self, time: WorldTime) -> None:
        self._time = time
        self._booted = time.seconds
        self.wrong = timedelta(0)

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._time.seconds) + self.wrong

    def monotonic(self) -> float:
        return self._time.seconds - self._booted

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZONE)

    def today(self) -> date:
        return self.local(self.now()).date()

    def reboot(self) -> None:
        self._booted = self._time.seconds
