"""Ids and chance, injected so that a test or a simulation can repeat them."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from helpdesk.wire import op_id

if TYPE_CHECKING:
    from kiosk.clock import Clock

RandomBytes = Callable[[int], bytes]
"""That many bytes nobody can guess."""

TOKEN_BYTES = 12


class Ids(Protocol):
    """What names an operation and opens its record."""

    def op_id(self) -> str:
        """A new UUIDv7: an id, neither a secret nor an order."""

    def token(self) -> str:
        """A new record token: 96 bits of chance in 20 characters of base 32."""


class RandomIds:
    """Ids from the clock and a source of chance."""

    def __init__(self, clock: Clock, random: RandomBytes) -> None:
        self._clock = clock
        self._random = random

    def op_id(self) -> str:
        """A new UUIDv7 of this moment."""
        ms = int(self._clock.now().timestamp() * 1000)
        return op_id.make(ms, self._random(op_id.RANDOM_BYTES))

    def token(self) -> str:
        """A new record token."""
        return b32encode(self._random(TOKEN_BYTES)).decode("ascii").rstrip("=")
