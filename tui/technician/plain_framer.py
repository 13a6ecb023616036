"""A framer for a terminal with a keyboard and no scanner: every byte is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typed:
    """Bytes of a person."""

    data: bytes
    scanned: bool = False


class PlainFramer:
    """`tui.terminal.framer.Framer` that never holds anything back."""

    wait: float | None = None

    def feed(self, data: bytes, at: float) -> Sequence[Typed]:
        """All of it, at once."""
        del at
        return (Typed(data),)

    def silence(self, at: float) -> Sequence[Typed]:
        """Nothing was held."""
        del at
        return ()
