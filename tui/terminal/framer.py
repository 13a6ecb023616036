"""The port through which the driver asks: scan or typing?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Segment(Protocol):
    """A run of input bytes with its meaning."""

    @property
    def data(self) -> bytes:
        """The bytes; of a scan without prefix and terminator."""

    @property
    def scanned(self) -> bool:
        """Whether a scanner sent them."""


class Framer(Protocol):
    """A state machine over bytes and time; it has no clock and no thread of its own."""

    def feed(self, data: bytes, at: float) -> Sequence[Segment]:
        """Bytes that arrived at `at` (monotonic seconds); what can be said of them now."""

    def silence(self, at: float) -> Sequence[Segment]:
        """`wait` seconds passed without a byte; what was held back is decided."""

    @property
    def wait(self) -> float | None:
        """Seconds of silence after which to call `silence`; `None` while nothing is held."""
