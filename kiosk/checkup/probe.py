"""Asking whether the server is there, as anybody could, and what time it has."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from kiosk.checkup.facts import Reach
from kiosk.identity.calls import ALIVE_PATH, is_alive
from kiosk.transport import Call, TransportError

if TYPE_CHECKING:
    from datetime import datetime

    from kiosk.clock import Clock
    from kiosk.transport import Transport

DEADLINE: Final = 3.0
_ALIVE: Final = Call("GET", ALIVE_PATH)


async def reach(transport: Transport, clock: Clock, deadline: float = DEADLINE) -> Reach:
    """What came of it; never raises."""
    try:
        reply = await transport.exchange(_ALIVE, deadline)
    except TransportError as error:
        return Reach(error.code, clock.now())
    now = clock.now()
    if not is_alive(reply):
        return Reach("server.nonsense", now)
    return Reach(None, now, _date(reply.headers.get("Date", "")))


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
