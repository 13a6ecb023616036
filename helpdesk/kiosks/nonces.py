"""Which nonces were used: each signed request counts once."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from helpdesk.db.finishing import within
from helpdesk.kiosks.moments import milliseconds
from helpdesk.wire.request_signature import WINDOW

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.clock import Clock
    from helpdesk.db import Database
    from helpdesk.wire.request_signature import VerifiedRequest

_KEPT: Final = 2 * WINDOW
"""A signature passes from a window before its time to a window after it."""
_SWEEP: Final = 1024
_SECONDS: Final = 2.0
"""A kiosk waits no longer for a verdict, and a COMMIT may hang for half a minute."""


class Freshness(Enum):
    """A request is new, was seen, or came from before anything was remembered."""

    NEW = auto()
    SEEN = auto()
    UNKNOWN = auto()


class Nonces(Protocol):
    """Remembers used nonces as long as their signatures could pass."""

    async def use(self, request: VerifiedRequest) -> Freshness:
        """Whether the request is new; from now on it is not."""
        ...


class MemoryNonces:
    """For the one process that owns a SQLite file.

    What it used before its start it has forgotten, so a request signed before then is unknown
    and must answer a challenge: that proves it new.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock.now()
        self._until: dict[tuple[str, str], datetime] = {}

    async def use(self, request: VerifiedRequest) -> Freshness:
        """Whether the request is new; from now on it is not."""
        now = self._clock.now()
        if request.created < self._started and not request.challenged:
            return Freshness.UNKNOWN
        nonce = (request.keyid, request.nonce)
        if nonce in self._until:
            return Freshness.SEEN
        if len(self._until) >= _SWEEP and len(self._until) % _SWEEP == 0:
            self._until = {each: end for each, end in self._until.items() if end > now}
        self._until[nonce] = max(now, request.created) + _KEPT
        return Freshness.NEW


class TableNonces:
    """For several processes on one PostgreSQL database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._used = 0

    async def use(self, request: VerifiedRequest) -> Freshness:
        """Whether the request is new; from now on it is not.

        Raises:
            DatabaseError: Among others, that it took more than two seconds to know.
        """
        return await within(_SECONDS, self._noted(request))

    async def _noted(self, request: VerifiedRequest) -> Freshness:
        now = self._clock.now()
        self._used += 1
        async with self._database.transaction() as tx:
            if self._used % _SWEEP == 1:
                await tx.execute("DELETE FROM kiosks_nonce WHERE until_ms < $1", milliseconds(now))
            added = await tx.execute(
                "INSERT INTO kiosks_nonce (nonce, until_ms) VALUES ($1, $2)"
                " ON CONFLICT (nonce) DO NOTHING",
                f"{request.keyid}|{request.nonce}",
                milliseconds(max(now, request.created) + _KEPT),
            )
        return Freshness.NEW if added else Freshness.SEEN


def nonces_for(database: Database, clock: Clock) -> Nonces:
    """The memory that fits a database."""
    if database.dialect == "sqlite":
        return MemoryNonces(clock)
    return TableNonces(database, clock)
