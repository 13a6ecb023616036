"""How the kiosk stands with its server: a machine that goes by what the last calls found.

| state | when |
|---|---|
| unknown | nothing was heard yet |
| online | the server has proved itself in its last answer |
| degraded | it is there, but several of the last calls failed, or it does not take what we send |
| offline | the last calls found nobody, or somebody else |
| fenced | the server has said, proved, that it does not trust this kiosk any more |

A proof is an answer that the server's key signed for this very call. A kiosk without an enrolment
knows no key: it takes an answer in the form that only our server gives (see `ServerCalls`). Since
the server is asked every `CALM` seconds at the latest, a proof is never older than two such
spans and two deadlines while the link is called online.
"""

from __future__ import annotations

import logging
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING

from kiosk.transport import Call, TransportError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from kiosk.clock import Clock
    from kiosk.identity.calls import ServerCalls

logger = logging.getLogger(__name__)

FAILURES = 2
"""So many calls in a row must fail before the link counts as gone, ..."""
SUCCESSES = 2
"""... and so many succeed before it counts as back: a limping server is not announced twice."""
REMEMBERED = 8
"""Calls that tell how good a link is that is there, ..."""
LIMPING = 3
"""... and how many of them must have failed to call it degraded."""


class Link(StrEnum):
    """The kiosk's link to the server."""

    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"
    FENCED = "fenced"
    UNKNOWN = "unknown"


class LinkWatch:
    """The link's state. The first success ends not knowing at once, so a start looks right."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._run = 0
        self._lately: deque[bool] = deque(maxlen=REMEMBERED)
        self._listeners: list[Callable[[Link], None]] = []
        self._fenced = False
        self.worry: str | None = None
        """Why the server, though there, does not take what we send: the code of an error."""
        self.state = Link.UNKNOWN
        self.since: datetime | None = None
        self.failure: str | None = None
        """Why the last call found no server: the code of an error; None: it found it."""

    def listen(self, heard: Callable[[Link], None]) -> None:
        """Call `heard` at every change."""
        self._listeners.append(heard)

    @property
    def answering(self) -> bool:
        """Whether the last call that proved anything found the server."""
        return self._run > 0

    def succeeded(self) -> None:
        """The server has proved itself by an answer, whatever that said."""
        self.failure = None
        self._run = max(self._run, 0) + 1
        self._lately.append(True)
        self._judge()

    def failed(self, code: str) -> None:
        """A call found nobody, or somebody who is not our server: the code of its error."""
        self.failure = code
        self._run = min(self._run, 0) - 1
        self._lately.append(False)
        self._judge()

    def worries(self, code: str | None) -> None:
        """The server does not take what we send, by this error; None: it does again."""
        self.worry = code
        self._judge()

    def fence(self, *, fenced: bool) -> None:
        """Whether the server trusts this kiosk no more."""
        self._fenced = fenced
        self._judge()

    def _judge(self) -> None:
        if self._fenced:
            self._become(Link.FENCED)
        elif -self._run >= FAILURES:
            self._lately.clear()  # a link that comes back is judged by what follows
            self._become(Link.OFFLINE)
        elif self._there():
            limping = self._lately.count(False) >= LIMPING
            self._become(Link.DEGRADED if limping or self.worry else Link.ONLINE)

    def _there(self) -> bool:
        """Whether the server is there; after an absence it must show so twice."""
        if self.state is Link.UNKNOWN:
            return self._run > 0
        return self.state in {Link.ONLINE, Link.DEGRADED} or self._run >= SUCCESSES

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
"""... and while it does not, or is in doubt: somebody may be waiting."""
PROBE = Call("GET", "/livez")
PROBE_DEADLINE = 2.0
OK = 200


async def probe(calls: ServerCalls) -> bool:
    """Whether the server lives; an enrolled kiosk signs the question and wants a signed answer.

    The link watch hears of it.
    """
    try:
        reply = await calls.call(PROBE, PROBE_DEADLINE)
    except TransportError:
        return False
    return reply.status == OK


async def keep_probing(
    calls: ServerCalls, link: LinkWatch, sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Ask for ever whether the server lives; the probe itself tells the watch."""
    while True:
        await probe(calls)
        calm = link.answering and link.state not in {Link.OFFLINE, Link.UNKNOWN}
        await sleep(CALM if calm else EAGER)
