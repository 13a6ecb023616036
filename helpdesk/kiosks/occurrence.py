"""When entries really happened, as far as the server can know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.kiosks.moments import milliseconds, moment_of
from helpdesk.wire.clock_anchor import SUSPECT, ClockAnchor

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.db import Transaction
    from helpdesk.wire.journal_batch import ClockReading
    from helpdesk.wire.journal_form import Header


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A moment (UTC), and whether it can be relied on."""

    at: datetime
    sure: bool


def occurrence(header: Header, anchor: ClockAnchor | None, now: datetime) -> Occurrence:
    """By the boot's anchor where there is one, else by the wall clock; never later than now.

    `anchor` is one of the entry's boot, `now` the moment it came.
    """
    if anchor is not None:
        anchored = anchor.occurred_at(header.boot_id, header.mono_ms)
        if anchored is not None:
            return Occurrence(min(anchored, now), sure=True)
    ahead = header.at - now > SUSPECT
    return Occurrence(min(header.at, now), sure=not header.clock_suspect and not ahead)


async def keep_anchor(
    tx: Transaction, journal: bytes, reading: ClockReading, now: datetime
) -> None:
    """Note that at this reading of a kiosk's monotonic clock it was `now` here."""
    await tx.execute(
        "INSERT INTO kiosks_anchor (boot, mono_ms, server_ms) VALUES ($1, $2, $3)"
        " ON CONFLICT (boot) DO UPDATE SET mono_ms = excluded.mono_ms,"
        " server_ms = excluded.server_ms",
        _key(journal, reading.boot_id),
        reading.mono_ms,
        milliseconds(now),
    )


async def anchor_of(tx: Transaction, journal: bytes, boot_id: bytes) -> ClockAnchor | None:
    """What is known of a boot's clock."""
    sql = "SELECT mono_ms, server_ms FROM kiosks_anchor WHERE boot = $1"
    rows = await tx.fetch(sql, _key(journal, boot_id))
    return ClockAnchor(boot_id, rows[0][0], moment_of(rows[0][1])) if rows else None


def _key(journal: bytes, boot_id: bytes) -> str:
    return f"{journal.hex()}/{boot_id.hex()}"
