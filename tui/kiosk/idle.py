"""How long nobody has done anything, counted in ticks of a second."""

from __future__ import annotations

from enum import StrEnum

WARNING = 15
"""Seconds before the end in which the screen warns."""


class Presence(StrEnum):
    """Is the visitor still here?"""

    HERE = "here"
    DOUBTED = "doubted"
    GONE = "gone"


class Idle:
    """`limit` seconds of quiet end a visit. Time comes in by `tick`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    def touch(self) -> None:
        """Somebody did something."""
        self.left = self.limit

    def tick(self) -> Presence:
        """A second passed."""
        self.left = max(0, self.left - 1)
        if self.left == 0:
            return Presence.GONE
        return Presence.DOUBTED if self.left <= WARNING else Presence.HERE
