"""All that is read from outside, by name."""

from __future__ import annotations

from functools import cache
from itertools import chain

from tests.fuzz import journal_targets, pack_targets, trust_targets
from tests.fuzz.engine import Target


@cache
def targets() -> dict[str, Target]:
    """Made once in a process: building packs takes a moment."""
    rooms = (pack_targets, trust_targets, journal_targets)
    return {target.name: target for target in chain(*(room.targets() for room in rooms))}


def shared_out(rounds: int) -> dict[str, int]:
    """So many rounds in all, by the share of each target."""
    shares = {name: target.share for name, target in targets().items()}
    whole, left = sum(shares.values()), rounds
    split: dict[str, int] = {}
    for name, share in shares.items():
        split[name] = left * share // whole
        left, whole = left - split[name], whole - share
    return split
