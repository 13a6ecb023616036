"""How often a kiosk may change its keys: the pure rule.

An honest kiosk does it every 90 days. Whoever stole its key may not fill the trust list with
more, in which every key stays until the last slip that it signed has expired.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

PAUSE: Final = timedelta(hours=1)
"""Between two rotations of one kiosk, at least."""
LIMIT: Final = 15
"""Rotations of one kiosk within `SPAN`."""
SPAN: Final = timedelta(days=366)
"""As long as a slip counts (`helpdesk.trust.rules.SLIP_LIFETIME`), and so its key."""


def wait_before(since: Iterable[datetime], now: datetime) -> timedelta | None:
    """How long until a kiosk may change its keys again; None: it may now.

    `since` says when each key that it ever had was registered or first used; the first of them,
    with which it enrolled, is no rotation. Moments that lie ahead (a clock was set back) count
    as now.
    """
    turns = [min(at, now) for at in sorted(since)[1:]]
    recent = [at for at in turns if at > now - SPAN]
    if len(recent) >= LIMIT:
        return recent[-LIMIT] + SPAN - now
    if turns and turns[-1] > now - PAUSE:
        return turns[-1] + PAUSE - now
    return None
