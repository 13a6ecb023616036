"""When something really happened, on a machine whose wall clock may be wrong.

The monotonic clock of one boot counts truly. Once the server's time is known at one of its
moments (an anchor), the server can place every entry of that boot.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SUSPECT: Final = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class ClockAnchor:
    """At `mono_ms` of the boot `boot_id` the server's time was `server_at` (UTC)."""

    boot_id: bytes
    mono_ms: int
    server_at: datetime

    def occurred_at(self, boot_id: bytes, mono_ms: int) -> datetime | None:
        """When an entry of that boot and moment happened.

        None for another boot, and for a reading that no clock counts to.
        """
        if boot_id != self.boot_id:
            return None
        try:
            return self.server_at + timedelta(milliseconds=mono_ms - self.mono_ms)
        except OverflowError:
            return None


def suspect(wall: datetime, latest: datetime | None, server: datetime | None = None) -> bool:
    """Whether a wall clock cannot be right.

    Args:
        wall: what it says (UTC).
        latest: the latest time this machine ever kept; a clock before it has gone backwards.
        server: the server's time at this very moment, where there is contact.
    """
    backwards = latest is not None and wall < latest
    off = server is not None and abs(wall - server) > SUSPECT
    return backwards or off
