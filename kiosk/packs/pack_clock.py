"""What time it is for packs: the machine's, but never before what a signed list has said."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kiosk.clock import Clock

BEHIND: Final = timedelta(minutes=5)
"""A clock may be so much behind the server's: it is still the same day."""
AHEAD: Final = timedelta(days=400)
"""A machine that was left alone for longer does not know the date."""


class PackClock:
    """Time for a kiosk that nobody can ask."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self, latest: datetime) -> datetime:
        """The present, as far as known; `latest` is the latest time that was proved."""
        return max(self._clock.now(), latest)

    def sure(self, latest: datetime) -> bool:
        """Whether the machine's own clock can be right."""
        return latest - BEHIND <= self._clock.now() <= latest + AHEAD
