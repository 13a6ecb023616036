"""The kiosk's clock: UTC inside, the centre's wall clock at the edge."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Time, injected wherever it is needed."""

    def now(self) -> datetime:
        """The present moment, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back; only differences mean anything."""

    def local(self, moment: datetime) -> datetime:
        """A moment on the centre's wall clock."""

    def today(self) -> date:
        """The centre's business day, which turns at its midnight."""


class SystemClock:
    """The machine's clock in the centre's zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def now(self) -> datetime:
        """The present moment, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def local(self, moment: datetime) -> datetime:
        """A moment on the centre's wall clock."""
        return moment.astimezone(self._zone)

    def today(self) -> date:
        """The centre's business day."""
        return self.local(self.now()).date()
