"""Bugs to plant: each breaks one rule of the product by the product's own switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType

from helpdesk.kiosks.policy import Policy as ServerPolicy
from kiosk.policy import Policy as KioskPolicy
from tests.simulation.run import run_seed
from tests.simulation.settings import Rules

DEFENCE_IN_DEPTH = frozenset({"receipts_proved"})
"""Kept by another rule as well, so that breaking this one alone lets nothing through: an answer
that was signed for this very request carries the server's own receipt."""

_NUMBERS: Mapping[str, KioskPolicy] = MappingProxyType(
    {
        "keep_days": KioskPolicy(keep_days=0),
        "stall_seconds": KioskPolicy(stall_seconds=1e9),
        "longest_pause": KioskPolicy(longest_pause=1e9),
    }
)


def _bugs() -> dict[str, Rules]:
    bugs = {f"kiosk.{name}": Rules(kiosk=policy) for name, policy in _NUMBERS.items()}
    for field in fields(KioskPolicy):
        if field.name not in _NUMBERS and field.name not in DEFENCE_IN_DEPTH:
            bugs[f"kiosk.{field.name}"] = Rules(kiosk=KioskPolicy(**{field.name: False}))
    for field in fields(ServerPolicy):
        bugs[f"server.{field.name}"] = Rules(server=ServerPolicy(**{field.name: False}))
    bugs["kiosk.synchronous"] = Rules(pragmas=("PRAGMA synchronous = NORMAL",))
    return bugs


def find(name: str, limit: int) -> int | None:
    """The first seed that sees the bug and is clean without it; None below `limit`."""
    for seed in range(limit):
        if run_seed(seed, BUGS[name]).problems and not run_seed(seed).problems:
            return seed
    return None


BUGS: Mapping[str, Rules] = MappingProxyType(_bugs())
"""By the name of the switch."""
