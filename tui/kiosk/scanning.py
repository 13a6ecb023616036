"""Whether visitors can scan here, as far as is known: what screens invite to hangs on it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.kiosk.ports import Health


class Scanning(StrEnum):
    """`UNKNOWN`: a scanner that types like a keyboard shows itself by its first scan only."""

    READY = "ready"
    UNKNOWN = "unknown"
    LOST = "lost"
    NONE = "none"

    @property
    def by_hand(self) -> bool:
        """Whether typing is the only way."""
        return self in {Scanning.LOST, Scanning.NONE}


def scanning_of(health: Health | None) -> Scanning:
    """What the kiosk's health says of its scanner."""
    if health is None or health.scanner not in {*Scanning}:
        return Scanning.UNKNOWN
    return Scanning(health.scanner)
