"""Token buckets in memory: one for each caller, forgotten when full again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk.clock import Clock

__all__ = ["TokenBuckets"]

_MOST_KEYS = 50_000
_SECONDS_PER_MINUTE = 60.0


class TokenBuckets:
    """Lets ``per_minute`` calls a minute pass for each key, and ``burst`` at once.

    ``per_minute`` 0 lets everything pass. At most 50,000 keys are kept, the longest unused
    forgotten first, so that a stranger with many addresses cannot fill the memory.
    """

    def __init__(self, per_minute: int, clock: Clock, *, burst: int | None = None) -> None:
        self._rate = per_minute / _SECONDS_PER_MINUTE
        self._burst = float(burst if burst is not None else max(1, per_minute))
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Take one token; return 0.0 when there was one, else the seconds until there is."""
        wait = self.wait(key)
        if wait == 0.0:
            self.spend(key)
        return wait

    def spend(self, key: str) -> None:
        """Take one token for what has happened already, whether there is one or not.

        What many did at once beyond their tokens is a debt: it takes as long to pay off as if
        they had come one after another.
        """
        self.wait(key)
        if self._rate:
            tokens, at = self._buckets[key]
            self._buckets[key] = (tokens - 1.0, at)

    def wait(self, key: str) -> float:
        """Return the seconds until a token is there, without taking it."""
        if not self._rate:
            return 0.0
        now = self._clock.monotonic()
        tokens, at = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        self._buckets[key] = (tokens, now)
        if len(self._buckets) > _MOST_KEYS:
            self._buckets.popitem(last=False)
        return 0.0 if tokens >= 1.0 else (1.0 - tokens) / self._rate
