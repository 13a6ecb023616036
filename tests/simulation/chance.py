"""Everything that is left to chance, by the seed alone."""

from __future__ import annotations

from base64 import b32encode
from random import Random

from helpdesk.clock import Clock
from helpdesk.wire import op_id


def stream(seed: int, name: str) -> Random:
    """A source of chance of its own for each use: one more draw here moves nothing there."""
    return Random(f"{seed} {name}")


class SeededIds:
    """`helpdesk.ids.Ids`."""

    def __init__(self, clock: Clock, chance: Random) -> None:
        self._clock = clock
        self._chance = chance

    def op_id(self) -> str:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        return op_id.make(milliseconds, self._chance.randbytes(op_id.RANDOM_BYTES))

    def token(self) -> str:
        return b32encode(self._chance.randbytes(12)).decode().rstrip("=")

    def request_id(self) -> str:
        return self._chance.randbytes(6).hex()
