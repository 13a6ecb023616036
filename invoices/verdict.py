"""What a verification can answer."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Verdict(StrEnum):
    """The answer itself, orthogonal to the invoice's state."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    TOO_EARLY = "too_early"
    TOO_OLD = "too_old"
    DAILY_LIMIT = "daily_limit"
    BAD_INPUT = "bad_input"
    UNSUPPORTED = "unsupported"
    UNAVAILABLE = "unavailable"


class State(StrEnum):
    """An invoice's state, told only with a match. `RED` = reversed, extent unknown."""

    NORMAL = "normal"
    VOIDED = "voided"
    RED = "red"
    RED_PARTIAL = "red_partial"
    RED_FULL = "red_full"

    def may_become(self, other: State) -> bool:
        """Whether an invoice can go from this state to `other`; staying is always possible.

        Forward only: a voided or wholly reversed invoice stays so, a reversed one is never
        voided, and a known extent is not forgotten.
        """
        return other is self or other in _LATER[self]


_LATER: Final = MappingProxyType(
    {
        State.NORMAL: frozenset({State.VOIDED, State.RED, State.RED_PARTIAL, State.RED_FULL}),
        State.RED: frozenset({State.RED_PARTIAL, State.RED_FULL}),
        State.RED_PARTIAL: frozenset({State.RED_FULL}),
        State.VOIDED: frozenset[State](),
        State.RED_FULL: frozenset[State](),
    }
)


class Source(StrEnum):
    """Who knew the answer: the live registry, an offline pack, or a service upstream."""

    REGISTRY = "registry"
    PACK = "pack"
    UPSTREAM = "upstream"
