"""Hybrid logical clock: time that never runs backwards, whatever the wall clock does.

48 bits of milliseconds since 1970 UTC (the highest stays 0, so that a signed 64-bit column holds
it) and a 16-bit counter, kept in the journal. It shows which
of two moments came first as far as anybody can know; the order of entries is their sequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

AHEAD_MS: Final = 60_000
"""A message may pull the clock at most this far past the server's time."""

_COUNTER_BITS: Final = 16
_COUNTER_LIMIT: Final = 1 << _COUNTER_BITS
_MS_LIMIT: Final = 1 << 47


@dataclass(frozen=True, slots=True, order=True)
class Hlc:
    """A moment. Raises `WireError` `hlc.range` outside 47 and 16 bits."""

    ms: int
    counter: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.ms < _MS_LIMIT and 0 <= self.counter < _COUNTER_LIMIT):
            raise WireError(Fault.HLC_RANGE)

    @property
    def packed(self) -> int:
        """As one number below 2**63 with the same order."""
        return self.ms << _COUNTER_BITS | self.counter

    @classmethod
    def unpack(cls, packed: int) -> Hlc:
        """The moment of a packed number. Raises `WireError` `hlc.range`."""
        return cls(packed >> _COUNTER_BITS, packed & _COUNTER_LIMIT - 1)

    def tick(self, now_ms: int) -> Hlc:
        """The moment of a local event after this one: later than it, no earlier than `now_ms`.

        `now_ms` is the best time known: by the last anchor where there is one, else the wall's.
        """
        if now_ms > self.ms:
            return Hlc(now_ms)
        return self.following()

    def receive(self, remote: Hlc, now_ms: int, server_ms: int) -> Received:
        """The moment at which a message of `remote` arrived, after this one.

        Neither the message nor our own clock pulls it further than a minute past the server's
        time; what it has reached already it keeps.
        """
        limit = Hlc(min(max(server_ms, 0) + AHEAD_MS, _MS_LIMIT - 1))
        seen = max(remote, Hlc(max(now_ms, 0)))
        latest = max(self, min(seen, limit))
        return Received(latest.following(), clamped=seen > limit)

    def following(self) -> Hlc:
        """The next moment after this one."""
        if self.counter + 1 < _COUNTER_LIMIT:
            return Hlc(self.ms, self.counter + 1)
        return Hlc(self.ms + 1)


@dataclass(frozen=True, slots=True)
class Received:
    """The clock after a message; `clamped` = somebody's clock runs ahead, flag what follows."""

    hlc: Hlc
    clamped: bool
