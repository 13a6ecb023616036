"""One owner of one printer: takes slips, prints each at most once, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from printers.ledger import JobState


class Clock(Protocol):
    """The kiosk's clock."""

    def now(self) -> datetime:
        """The present moment, UTC."""


@dataclass(frozen=True, slots=True)
class JobChange:
    """What became of a job; a queued one with a reason waits for its printer."""

    job_id: str
    state: JobState
    reason: str = ""


OnChange = Callable[[JobChange], None]
"""Called on the event loop at every change; must not raise."""
