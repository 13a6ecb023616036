"""What sync remembers beside the journal: contact, what is parked, how far the pull is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.db.port import Connection, Transaction
    from kiosk.journal.outbox import Outbox, Position
    from kiosk.journal.timekeeper import Timekeeper

_REMEMBERED = "SELECT contact_at, parked, parked_at FROM sync_state"
_CONTACT = "UPDATE sync_state SET contact_at = ?"
_PARK = "UPDATE sync_state SET parked = ?, parked_at = ? WHERE parked IS NOT ?"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The last proved contact (the server's time), and why since when the outbox is parked."""

    contact_at: datetime | None
    parked: str | None
    parked_at: datetime | None


class SyncState:
    """The one row, and the changes that go with others in one transaction."""

    def __init__(
        self, connection: Connection, outbox: Outbox, timekeeper: Timekeeper, clock: Clock
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._timekeeper = timekeeper
        self._clock = clock

    async def remembered(self) -> Remembered:
        """What is kept."""
        ((contact_at, parked, parked_at),) = await self._connection.fetch(_REMEMBERED)
        return Remembered(_moment(contact_at), parked, _moment(parked_at))

    @asynccontextmanager
    async def contact(self, server_time: datetime) -> AsyncIterator[Transaction]:
        """A transaction with what the server just said; its time is heard in it too."""
        async with self._connection.transaction() as tx:
            yield tx
            await self._timekeeper.hear(tx, server_time)
            await tx.execute(_CONTACT, server_time.isoformat())

    async def mark(self, at: Position, mark: int) -> None:
        """The mark alone."""
        async with self._connection.transaction() as tx:
            await self._outbox.set_mark(tx, at, mark)

    async def park(self, code: str | None) -> None:
        """The outbox waits for a person, by this code; None: it does not any more."""
        at = self._clock.now().isoformat() if code else None
        async with self._connection.transaction() as tx:
            await tx.execute(_PARK, code, at, code)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
