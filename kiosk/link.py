"""Is the server there? Told by what calls found, with some patience before saying no."""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from kiosk.clock import Clock

logger = logging.getLogger(__name__)

FAILURES = 2
"""So many calls in a row must fail before the link counts as gone, ..."""
SUCCESSES = 2
"""... and so many succeed before it counts as back: a limping server is not announced twice."""


class Link(StrEnum):
    """The kiosk's link to the server."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class LinkWatch:
    """The link's state. The first success ends not knowing at once, so a start looks right."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._run = 0
        self._listeners: list[Callable[[Link], None]] = []
        self.state = Link.UNKNOWN
        self.since: datetime | None = None

    def listen(self, heard: Callable[[Link], None]) -> None:
        """Call `heard` at every change."""
        self._listeners.append(heard)

    def succeeded(self) -> None:
        """A call was answered, whatever the answer said."""
        self._run = max(self._run, 0) + 1
        if self.state is Link.UNKNOWN or self._run >= SUCCESSES:
            self._become(Link.ONLINE)

    def failed(self) -> None:
        """A call found nobody."""
        self._run = min(self._run, 0) - 1
        if -self._run >= FAILURES:
            self._become(Link.OFFLINE)

    def _become(self, state: Link) -> None:
        if state is self.state:
            return
        self.state, self.since = state, self._clock.now()
        logger.info("the link is %s", state)
        for heard in self._listeners:
            heard(state)


CALM = 15.0
"""Seconds between two probes while the server answers, ..."""
EAGER = 3.0
"""... and while it does not: somebody may be waiting."""


async def keep_probing(
    probe: Callable[[], Awaitable[bool]],
    link: LinkWatch,
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Ask for ever whether the server lives; the probe itself tells the watch."""
    while True:
        await probe()
        await sleep(CALM if link.state is Link.ONLINE else EAGER)
