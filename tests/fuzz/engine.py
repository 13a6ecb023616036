"""Rounds of mutated bytes against one reader: how each of them ended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.fuzz.mutations import mutated


class Ending(StrEnum):
    """What became of an input."""

    REFUSED = "refused"
    """With an error of ours that has a code."""
    SAME = "same"
    """Accepted, and it says what the original said: the same bytes, or blanks in JSON."""
    SOUND = "sound"
    """Signed or sealed by somebody who may: read, in its one form, and nothing broke."""
    ACCEPTED = "accepted"
    """It was believed."""
    UNCAUGHT = "uncaught"
    """Some other error."""


BAD = (Ending.ACCEPTED, Ending.UNCAUGHT)


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of bytes that come from outside.

    `attempt(data, original)` tells how it ended or raises one of `refusals`; `share` is its part
    of all rounds; `form` is what its bytes are: `cbor`, `json` or nothing of that kind.
    """

    name: str
    originals: Sequence[bytes]
    attempt: Callable[[bytes, bytes], Ending]
    refusals: tuple[type[Exception], ...]
    form: str = ""
    share: int = 1


@dataclass(slots=True)
class Tally:
    """How the rounds of a target ended. `bad`: the inputs that should not have ended so."""

    target: str
    endings: Counter[Ending] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0
    bad: list[str] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """All of them."""
        return self.endings.total()

    def add(self, other: Tally) -> None:
        """The rounds of another run."""
        self.endings += other.endings
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.bad += other.bad


def run(target: Target, rounds: int, seed: str) -> Tally:
    """So many inputs; the same seed makes the same ones."""
    chance = Random(f"{target.name}/{seed}")
    tally = Tally(target.name)
    for _ in range(rounds):
        original = chance.choice(target.originals)
        data = mutated(original, target.originals, target.form, chance)
        begun = time.perf_counter()
        ending, told = _ending(target, data, original)
        took = time.perf_counter() - begun
        tally.endings[ending] += 1
        tally.seconds += took
        tally.slowest = max(tally.slowest, took)
        if ending in BAD:
            tally.bad.append(f"{target.name}: {ending} {told}: {data.hex()}")
    return tally


def _ending(target: Target, data: bytes, original: bytes) -> tuple[Ending, str]:
    if data in target.originals:
        return Ending.SAME, ""
    try:
        return target.attempt(data, original), ""
    except target.refusals:
        return Ending.REFUSED, ""
    except Exception as error:  # noqa: BLE001 - this is what is being looked for
        return Ending.UNCAUGHT, type(error).__name__
