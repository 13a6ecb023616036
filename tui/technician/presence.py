"""Is the kiosk there, since when, and did it come back as another process?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """What the screen's second line tells."""

    STARTING = "starting"
    THERE = "there"
    AWAY = "away"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Presence:
    """`since`: the present state; `before`: the process that ran earlier, once another one does."""

    state: State = State.STARTING
    since: datetime | None = None
    pid: int | None = None
    before: int | None = None

    def seen(self, pid: int | None, at: datetime) -> Presence:
        """What is so after a look that met this process, or none."""
        if pid is None:
            gone = self.pid if self.pid is not None else self.before
            since = self.since if self.state is State.AWAY else at
            return Presence(State.AWAY, since, None, gone)
        if pid == self.pid:
            return self
        # None before: whoever looks came first, or found it stopped.
        before = self.pid if self.pid is not None else self.before
        state = State.THERE if self.state is State.STARTING else State.BACK
        return Presence(state, at, pid, before)
