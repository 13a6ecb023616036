"""On which day the n-th invoice of a demo registry is issued, and what it must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from typing import TYPE_CHECKING

from invoices.dates import years_before
from invoices.kinds import Kind
from invoices.regions import REGIONS
from invoices.verdict import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

YEARS = 5
"""Older invoices can no longer be verified; some of the demo's are."""
_OLD_SPAN_DAYS = 500
_LAST_FREIGHT = date(2016, 6, 30)

_OLD_KINDS = (Kind.SPECIAL, Kind.ORDINARY, Kind.E_ORDINARY, Kind.ROLL, Kind.TOLL, Kind.USED_CAR)
_TODAY_KINDS = (Kind.DIGITAL_ORDINARY, Kind.DIGITAL_SPECIAL, Kind.E_ORDINARY, Kind.SPECIAL)
_YEAR_KINDS = tuple(kind for kind in Kind if kind not in (Kind.UNKNOWN, Kind.FREIGHT))
PAPER = frozenset(
    {Kind.SPECIAL, Kind.FREIGHT, Kind.VEHICLE, Kind.ORDINARY, Kind.ROLL, Kind.USED_CAR}
)
"""Only these can be voided, within the month of issue; the others are reversed."""
_SAMPLED = (Kind.DIGITAL_ORDINARY, Kind.DIGITAL_SPECIAL, Kind.E_ORDINARY)
"""Samples need several of each."""
_SHARES = {
    Kind.DIGITAL_ORDINARY: 40,
    Kind.DIGITAL_SPECIAL: 20,
    Kind.E_ORDINARY: 10,
    Kind.SPECIAL: 6,
    Kind.ORDINARY: 5,
    Kind.RAIL: 4,
    Kind.E_SPECIAL: 3,
    Kind.ROLL: 3,
    Kind.TOLL: 3,
    Kind.AIR: 2,
}
_COMMON = tuple(kind for kind, share in _SHARES.items() for _ in range(share))
_RARE = 0.04
_FATES = (
    (0.005, State.VOIDED),
    (0.009, State.RED),
    (0.012, State.RED_PARTIAL),
    (0.020, State.RED_FULL),
)
_FATED = 0.020
_FORCED_STATES = (
    (Kind.SPECIAL, State.VOIDED),
    (Kind.E_ORDINARY, State.RED),
    (Kind.DIGITAL_SPECIAL, State.RED_PARTIAL),
    (Kind.DIGITAL_ORDINARY, State.RED_FULL),
)


@dataclass(frozen=True, slots=True)
class Blue:
    """An invoice to be issued; `region` "" leaves the seller's region open."""

    day: date
    kind: Kind
    state: State
    region: str = ""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many invoices are older than can be verified, of the last year, and of the day."""

    old: int
    year: int
    today: int


def shares_of(count: int) -> Shares:
    """How `count` invoices are divided; a few of each sort even among a hundred."""
    old = max(min(count // 20, 8), count // 100)
    today = max(min(count // 20, 6), count // 200)
    return Shares(old, count - old - today, today)


def old_blues(count: int, as_of: date, chance: Random) -> Iterator[Blue]:
    """Invoices from before the five years, the first of a kind that is no longer issued."""
    limit = years_before(as_of, YEARS)
    for index in range(count):
        if index == 0:
            yield Blue(min(_LAST_FREIGHT, limit - timedelta(1)), Kind.FREIGHT, State.NORMAL)
            continue
        kind = Kind.E_ORDINARY if index == 1 else chance.choice(_OLD_KINDS)
        ago = _OLD_SPAN_DAYS - _OLD_SPAN_DAYS * index // count
        yield Blue(limit - timedelta(ago), kind, State.NORMAL)


def today_blues(count: int, as_of: date, chance: Random) -> Iterator[Blue]:
    """Invoices of the day itself."""
    for _ in range(count):
        yield Blue(as_of, chance.choice(_TODAY_KINDS), State.NORMAL)


def year_days(count: int, as_of: date) -> Iterator[date]:
    """The days of `count` invoices, evenly over the twelve months that end the day before."""
    start = years_before(as_of, 1)
    span = (as_of - start).days
    for index in range(count):
        yield start + timedelta(span * index // count)


def first_blues() -> Iterator[tuple[Kind, State, str]]:
    """What a registry must have however small it is: every kind, state and region once."""
    for kind, state in _FORCED_STATES:
        yield kind, state, ""
    regions = iter(REGIONS)
    for kind in _YEAR_KINDS:
        yield kind, State.NORMAL, "" if kind is Kind.BLOCKCHAIN else next(regions)
    for region, kind in zip(regions, cycle(_SAMPLED), strict=False):
        yield kind, State.NORMAL, region


def common_blue(chance: Random) -> tuple[Kind, State, str]:
    """An invoice as most are."""
    kinds = _YEAR_KINDS if chance.random() < _RARE else _COMMON
    kind = kinds[int(chance.random() * len(kinds))]
    fate = chance.random()
    if fate >= _FATED:
        return kind, State.NORMAL, ""
    state = next(state for limit, state in _FATES if fate < limit)
    possible = kind in PAPER if state is State.VOIDED else kind is not Kind.BLOCKCHAIN
    return kind, state if possible else State.NORMAL, ""
