"""The one task that keeps kiosk and server told of each other. It ends only with the kiosk.

A round pushes what is new, pulls what is new, turns keys that are old, and asks for answers that
are due. After a round without a fault the task rests for `CALM` seconds or until woken; after
one with a fault for a pause that doubles up to `Policy.longest_pause`, with jitter so that
kiosks do not all come back at once. When nothing has gone forward for `Policy.stall_seconds`,
all connections are made anew: a connection that looks alive and is not must not hold up the
outbox for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from helpdesk.wire.standing import Standing
from kiosk.errors import KioskError
from kiosk.identity.refusal import RefusalError
from kiosk.logs import fault
from kiosk.policy import Policy
from kiosk.sync.push import ParkedError, Pushed
from kiosk.sync.report import SyncReport
from kiosk.transport import TransportError
from kiosk.verification import VerifierError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kiosk.clock import Clock
    from kiosk.db.retention import Retention
    from kiosk.identity.book import IdentityBook
    from kiosk.identity.calls import ServerCalls
    from kiosk.identity.rotation import Rotation
    from kiosk.journal.outbox import Outbox
    from kiosk.link import LinkWatch
    from kiosk.pause import Pause
    from kiosk.sync.pull import Pull
    from kiosk.sync.push import Push
    from kiosk.sync.settling import Settling
    from kiosk.sync.state import SyncState

logger = logging.getLogger(__name__)

SHORTEST: Final = 1.0
CALM: Final = 30.0
"""Seconds between two rounds while all is well."""
ASK_AGAIN: Final = 60.0
"""Seconds after which the server is asked how far it is, with nothing to tell it: one that was
restored from a copy needs to be told again, and does not know whom to ask."""
SETTLE_AGAIN: Final = 60.0
"""Seconds before checks are asked about again that the server could not answer."""
PRUNE_AGAIN: Final = 3600.0
"""Seconds between two looks for what has had its time."""


class SyncTask:
    """Runs the rounds; `chance` gives numbers from 0 up to 1."""

    def __init__(
        self,
        *,
        push: Push,
        pull: Pull,
        rotation: Rotation,
        retention: Retention,
        settling: Settling,
        identities: IdentityBook,
        outbox: Outbox,
        state: SyncState,
        calls: ServerCalls,
        link: LinkWatch,
        clock: Clock,
        pause: Pause,
        chance: Callable[[], float],
        policy: Policy | None = None,
        shortest: float = SHORTEST,
    ) -> None:
        self._push = push
        self._pull = pull
        self._rotation = rotation
        self._retention = retention
        self._settling = settling
        self._identities = identities
        self._outbox = outbox
        self._state = state
        self._calls = calls
        self._link = link
        self._clock = clock
        self._pause = pause
        self._chance = chance
        self._policy = policy or Policy()
        self._shortest = shortest
        self._progress_at = clock.monotonic()
        self._settle_at = 0.0
        self._ask_at = 0.0
        self._prune_at = 0.0
        self._failure: str | None = None
        self._worry: str | None = None
        self._asked_to_wait = 0.0
        self._turn = asyncio.Lock()

    def wake(self) -> None:
        """Something waits for the server, or the link is back: begin a round now."""
        self._settle_at = 0.0
        self._pause.wake()

    def fence_heard(self) -> None:
        """Some call was refused because we are not trusted: ask how we stand.

        A round that is under way asks by itself.
        """
        if not self._turn.locked():
            self.wake()

    @asynccontextmanager
    async def between_rounds(self) -> AsyncIterator[None]:
        """No round is under way inside the block: for what changes who this kiosk is."""
        async with self._turn:
            yield

    async def run(self) -> None:
        """Go round for ever; cancel it to end it."""
        pause = self._shortest
        while True:
            if await self.round():
                self._progressed()
                pause = self._shortest
                await self._pause.rest(CALM * self._jitter())
                continue
            asked = min(self._asked_to_wait, self._policy.longest_pause)
            await self._pause.rest(max(pause * self._jitter(), asked))
            pause = min(pause * 2, self._policy.longest_pause)
            if self._clock.monotonic() - self._progress_at >= self._policy.stall_seconds:
                logger.warning("nothing went forward for a while: connecting anew")
                await self._calls.reconnect()
                self._progressed()
                pause = self._shortest

    async def round(self) -> bool:
        """One round, after any that is under way; whether nothing went wrong.

        Raises nothing but what cancels it.
        """
        async with self._turn:
            await self._round()
            return self._failure is None

    async def _round(self) -> None:
        self._failure = self._worry = None
        self._asked_to_wait = 0.0
        for step in self._steps():
            try:
                await step()
            except (TransportError, VerifierError) as error:
                self._failed(error)
                if error.passing:
                    break
            except KioskError as error:
                self._failed(error)
                self._worry = self._worry or error.code
                await self._answer(error)
            except Exception as error:  # noqa: BLE001 - the last handler of the task
                # A fault of ours in one round must not end all rounds: it is told, and tried
                # again like a fault of the network.
                logger.critical("sync met a fault of ours: %s", fault(error))
                self._failure = self._worry = "sync.fault"
        self._link.worries(self._worry)

    async def report(self) -> SyncReport:
        """How it stands now."""
        form = self._identities.form
        position, waiting = await self._outbox.position(), await self._outbox.waiting()
        remembered = await self._state.remembered()
        oldest = waiting.oldest_ms
        return SyncReport(
            kiosk=form.kiosk if form else None,
            standing=form.standing.value if form else None,
            connection=self._link.state,
            since=self._link.since,
            waiting=waiting.count,
            oldest=None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC),
            head=position.head.seq,
            mark=position.mark,
            contact_at=remembered.contact_at,
            parked=remembered.parked,
            parked_at=remembered.parked_at,
            failure=self._failure,
            key_since=form.key_since if form else None,
        )

    def _steps(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        if self._identities.current is None:
            return (self._settle,)
        return (self._push_all, self._pull_all, self._rotate, self._settle, self._prune)

    async def _push_all(self) -> None:
        try:
            await self._push_some()
            await self._state.park(None)
        except ParkedError as error:
            await self._state.park(error.code)
            raise
        if self._standing is Standing.FENCED:
            # What it had to say is said; its keys have nothing left to sign.
            await self._identities.forget_keys()

    async def _push_some(self) -> None:
        asking = self._clock.monotonic() >= self._ask_at
        told = asking
        while await self._push.turn(asking=asking or not self._trusted) is Pushed.SOME:
            self._progressed()
            asking, told = False, True
        if told:
            self._ask_at = self._clock.monotonic() + ASK_AGAIN

    async def _pull_all(self) -> None:
        while self._trusted and await self._pull.turn():
            self._progressed()
        self._progressed()

    async def _rotate(self) -> None:
        if self._trusted and self._rotation.due:
            await self._rotation.turn()

    async def _settle(self) -> None:
        unknown = self._identities.form is None
        if not (unknown or self._trusted) or self._clock.monotonic() < self._settle_at:
            return
        if not await self._settling.turn(told=not unknown):
            self._settle_at = self._clock.monotonic() + SETTLE_AGAIN

    async def _prune(self) -> None:
        """By the time of the last contact: a wrong clock here forgets nothing."""
        if self._clock.monotonic() < self._prune_at:
            return
        contact_at = (await self._state.remembered()).contact_at
        if contact_at is not None:
            await self._retention.prune(contact_at)
            self._prune_at = self._clock.monotonic() + PRUNE_AGAIN

    async def _answer(self, error: KioskError) -> None:
        """What a refusal asks of us. A disk that fails us meanwhile is one more fault to tell."""
        if not isinstance(error, RefusalError):
            return
        try:
            if error.fenced:
                # An answer to a push says how we stand, even where nothing else is answered.
                await self._push.turn(asking=True)
            elif error.key_unknown and await self._identities.fall_back():
                logger.warning("the server knows the previous key only")
                self._pause.wake()
        except KioskError as another:
            self._failed(another)

    def _failed(self, error: KioskError) -> None:
        logger.warning("sync: %s %s", error.code, dict(error.params))
        self._failure = self._failure or error.code
        if isinstance(error, TransportError):
            self._asked_to_wait = max(self._asked_to_wait, error.retry_after)

    def _progressed(self) -> None:
        self._progress_at = self._clock.monotonic()

    def _jitter(self) -> float:
        return (1 + self._chance()) / 2

    @property
    def _standing(self) -> Standing | None:
        form = self._identities.form
        return form.standing if form else None

    @property
    def _trusted(self) -> bool:
        return self._standing is Standing.ACTIVE
