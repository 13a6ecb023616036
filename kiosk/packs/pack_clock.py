"""What time it is for packs: the machine's, but never before the newest signed time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.clock import Clock

BEHIND: Final = timedelta(minutes=5)
"""A clock may be so much behind the server's: it is still the same day."""
AHEAD: Final = timedelta(days=400)
"""A machine that was left alone for longer does not know the date."""


class PackClock:
    """Time for a kiosk that nobody can ask.

    Each of `signed` gives the latest time that something with a signature has said, which it
    cannot be earlier than now: the lists of packs, the list of keys, the server's last answer.
    """

    def __init__(self, clock: Clock, *signed: Callable[[], datetime | None]) -> None:
        self._clock = clock
        self._signed = signed

    def latest(self, said: datetime) -> datetime:
        """The latest time that was proved; `said` is that of what is asked about."""
        known = (source() for source in self._signed)
        return max((said, *(time for time in known if time is not None)))

    def now(self, said: datetime) -> datetime:
        """The present, as far as known."""
        return max(self._clock.now(), self.latest(said))

    def sure(self, said: datetime) -> bool:
        """Whether the machine's own clock can be right."""
        latest = self.latest(said)
        return latest - BEHIND <= self._clock.now() <= latest + AHEAD
