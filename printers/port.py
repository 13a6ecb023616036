"""The seam to a device: blocking bytes with deadlines, used from one thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

CHUNK = 512
"""Bytes in one write, each with a deadline of its own: a slow printer is not a stuck one."""


class Transport(Protocol):
    """A way to one printer. Deadlines are seconds from the call; no call outlives them by much.

    Every method may raise `PortError` (gone) and `write` also `StalledError` (took nothing);
    after either the port is closed and opened again before further use.
    """

    @property
    def answers(self) -> bool:
        """Whether anything can ever be read back; a file cannot answer."""

    def open(self, deadline: float) -> None:
        """Reach the device."""

    def write(self, data: bytes, deadline: float) -> None:
        """Hand over all bytes, or raise with some of them perhaps handed over."""

    def query(self, data: bytes, count: int, deadline: float) -> bytes:
        """Write `data` and return the first bytes that come back, up to `count`.

        Fewer, or none, mean that the device stayed silent. What had arrived before is
        thrown away first, unless `data` is empty: then this only goes on reading.
        """

    def close(self) -> None:
        """Let go of the device; never raises, and twice is harmless."""


TransportFactory = Callable[[], Transport]
"""Makes a closed transport; called again after each failure."""
