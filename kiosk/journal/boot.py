"""Which start of this machine it is: the monotonic clock means something within one only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from kiosk.ids import RandomBytes

BOOT_ID_BYTES = 16
UNKNOWN_BOOT = bytes(BOOT_ID_BYTES)
"""The boot of entries written for checks of before there was a journal."""

_KERNEL = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Boot:
    """One start of the machine, by 16 bytes that no other start has."""

    boot_id: bytes


def this_boot(random: RandomBytes, kernel: Path = _KERNEL) -> Boot:
    """The present boot as the kernel names it; where it does not, each process is its own."""
    try:
        return Boot(UUID(kernel.read_text("ascii").strip()).bytes)
    except (OSError, ValueError):
        return Boot(random(BOOT_ID_BYTES))
