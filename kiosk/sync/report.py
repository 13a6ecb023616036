"""How sync stands, for the screen's head, `kiosk status` and whoever looks after the kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.link import Link


@dataclass(frozen=True, slots=True)
class SyncReport:
    """One moment's view; all moments UTC.

    `waiting` entries are not judged by the server, the oldest since `oldest` (wall clock).
    `contact_at` is the server's time of the last proved answer. `parked`: the outbox waits for a
    person, by this code. `failure`: what the last round met, if it met something. `kiosk` is
    None where it was never enrolled; `standing` is the server's word on it.
    """

    kiosk: str | None
    standing: str | None
    connection: Link
    since: datetime | None
    waiting: int
    oldest: datetime | None
    head: int
    mark: int
    contact_at: datetime | None
    parked: str | None
    parked_at: datetime | None
    failure: str | None
    key_since: datetime | None

    def form(self) -> dict[str, Any]:
        """As JSON tells it."""
        moments = ("since", "oldest", "contact_at", "parked_at", "key_since")
        given = {name: getattr(self, name) for name in self.__slots__}
        for name in moments:
            given[name] = given[name] and given[name].isoformat()
        return given | {"connection": self.connection.value}
