"""Codes and numbers as printers hand them out: in rolls, consecutive within each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.kinds import Kind
from invoices.regions import CITY_DIGITS

if TYPE_CHECKING:
    from random import Random

_ROLL = 50
_TWO_DIGITS_OF = {region: two for two, region in CITY_DIGITS.items()}
_SHORT_ENDING = {
    Kind.SPECIAL: "1130",
    Kind.FREIGHT: "1730",
    Kind.ORDINARY: "1620",
    Kind.PAPER_SPECIAL: "2130",
    Kind.PAPER_ORDINARY: "2620",
}
_LONG_ENDING = {
    Kind.E_SPECIAL: "13",
    Kind.E_ORDINARY: "11",
    Kind.ROLL: "07",
    Kind.TOLL: "12",
    Kind.USED_CAR: "17",
    Kind.PAPER_USED_CAR: "17",
}
_CHANNEL = {Kind.RAIL: "9", Kind.AIR: "8"}


@dataclass(slots=True)
class _Roll:
    stem: str
    next: int
    left: int


class Rolls:
    """The numbers given out so far. The same asks give the same numbers."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._counters: dict[str, int] = {}
        self._rolls: dict[tuple[int, Kind, int], _Roll] = {}

    def take(self, seller: int, kind: Kind, region: str, year: int) -> tuple[str, str]:
        """Code ("" where the kind has none) and number of the seller's next invoice."""
        key = (seller, kind, year)
        roll = self._rolls.get(key)
        if roll is None or not roll.left:
            roll = self._rolls[key] = self._open(kind, region, year)
        number = roll.next
        roll.next += 1
        roll.left -= 1
        if len(roll.stem) == 5:  # noqa: PLR2004 - year, region and channel of a 20-digit number
            return "", f"{roll.stem}{number:015d}"
        return roll.stem, f"{number:08d}"

    def _open(self, kind: Kind, region: str, year: int) -> _Roll:
        stem = code_of(kind, region, year)
        first = self._counters.get(stem)
        if first is None:
            first = 1 + int(self._chance.random() * 9_000) * _ROLL
        self._counters[stem] = first + _ROLL
        return _Roll(stem, first, _ROLL)


def code_of(kind: Kind, region: str, year: int) -> str:
    """The code of such a roll, or the five leading digits of its 20-digit numbers."""
    yy = f"{year % 100:02d}"
    if kind in _SHORT_ENDING:
        return f"{region}{yy}{_SHORT_ENDING[kind]}"
    if kind in _LONG_ENDING:
        return f"0{region}{yy}001{_LONG_ENDING[kind]}"
    if kind in (Kind.VEHICLE, Kind.PAPER_VEHICLE):
        return f"1{region}{yy}20{11 if kind is Kind.VEHICLE else 12}1"
    if kind is Kind.BLOCKCHAIN:
        return f"1{region}{yy}09110"
    return f"{yy}{_TWO_DIGITS_OF.get(region, region[:2])}{_CHANNEL.get(kind, '2')}"
