"""Kiosks that are not enrolled: they name themselves, and never by a prefix of another kiosk's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from helpdesk.kiosks.moments import milliseconds
from helpdesk.kiosks.prefixes import is_prefix
from helpdesk.kiosks.roster import KioskStanding
from helpdesk.web import RequestError

if TYPE_CHECKING:
    from helpdesk.clock import Clock
    from helpdesk.db import Database, Transaction

LEASED: Final = "auth.leased"
CROWDED: Final = "auth.names"
MOST: Final = 200
"""Names at a time: whoever has the shared secret can make up any, and there are 2,277 prefixes."""

_KNOWN: Final = (
    "SELECT standing FROM kiosks_kiosk WHERE kiosk = $1"
    " UNION ALL SELECT 'seen' FROM kiosks_named WHERE kiosk = $1"
)
_NOTE: Final = (
    "INSERT INTO kiosks_named (kiosk, seen_ms)"
    " SELECT $1, $2 WHERE (SELECT COUNT(*) FROM kiosks_named) < $3"
    " ON CONFLICT (kiosk) DO NOTHING"
)
_SEEN: Final = "seen"
_REMEMBERED_SECONDS: Final = 5.0
"""So long a name is not looked up again: a read beside the check's own (docs/performance.md).
Another worker on the same database hears of an enrolment so much later."""
_MOST_REMEMBERED: Final = 1024
_WAITS: Final = {KioskStanding.ADDED.value, _SEEN}


class NamedKiosks:
    """The web's `Names`: who has called itself what, by the secret that all kiosks share."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._admitted: dict[str, float] = {}

    async def check(self, name: str) -> None:
        """Note that a kiosk calls itself so, lest the name be leased to another one.

        A kiosk that was here before its prefix was leased goes on until somebody enrols with it.

        Raises:
            RequestError: 403 `auth.leased`: two machines would write the same record numbers;
                403 `auth.names` where so many names are in use that somebody makes them up.
        """
        if self._admitted.get(name, 0.0) > self._clock.monotonic():
            return
        known = {row[0] for row in await self._database.read(_KNOWN, name)}
        if not known and is_prefix(name):
            await self._note(name)
        elif known not in (set(), {_SEEN}, _WAITS):
            raise RequestError(LEASED, status=403)
        self._remember(name)

    def leased(self, name: str) -> None:
        """A kiosk has enrolled under this name: from now on nobody else calls itself so."""
        self._admitted.pop(name, None)

    def _remember(self, name: str) -> None:
        # Names are made up at will: what is remembered of them has an end.
        if len(self._admitted) >= _MOST_REMEMBERED:
            self._admitted.clear()
        self._admitted[name] = self._clock.monotonic() + _REMEMBERED_SECONDS

    async def forget(self) -> int:
        """Forget all names, so that their prefixes can be leased; how many there were."""
        async with self._database.transaction() as tx:
            return await tx.execute("DELETE FROM kiosks_named")

    async def _note(self, name: str) -> None:
        now = milliseconds(self._clock.now())
        async with self._database.transaction() as tx:
            await tx.execute(_NOTE, name, now, MOST)
        if not await self._database.read(_KNOWN, name):
            raise RequestError(CROWDED, status=403)

    async def seen(self, tx: Transaction) -> set[str]:
        """All names that kiosks ever gave themselves."""
        return {row[0] for row in await tx.fetch("SELECT kiosk FROM kiosks_named")}
