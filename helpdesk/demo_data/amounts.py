"""Amounts with the rates of their day and the rounding habits of real issuers.

Net and tax always add up to the total. Most issuers start from the price with tax, some
from the price without, and some add lines that were rounded one by one; so tax is not
always the rate times the net amount.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from invoices.kinds import Kind

if TYPE_CHECKING:
    from random import Random

# In hundredths of a percent, with the first day of each table (general rates fell on 1 May
# 2018 and 1 April 2019; the levy of 1% began in March 2020). 0 stands for exempt (免税) too.
_RATES = (
    (date.min, (1700, 1100, 600, 300, 0)),
    (date(2018, 5, 1), (1600, 1000, 600, 300, 0)),
    (date(2019, 4, 1), (1300, 900, 600, 300, 0)),
    (date(2020, 3, 1), (1300, 1300, 900, 600, 600, 300, 100, 100, 0)),
)
_OF_KIND = {Kind.RAIL: 900, Kind.AIR: 900, Kind.TOLL: 300, Kind.USED_CAR: 0}
_WHOLE = 10_000
_HABITS = ("gross", "gross", "gross", "round", "net", "lines")
# Smallest and largest price in yuan, as powers of ten.
_USUAL = (0.8, 4.4)
_RANGE = {
    Kind.RAIL: (1.1, 3.0),
    Kind.AIR: (2.5, 3.7),
    Kind.TOLL: (0.5, 2.5),
    Kind.ROLL: (0.8, 2.8),
    Kind.VEHICLE: (4.7, 5.6),
    Kind.DIGITAL_VEHICLE: (4.7, 5.6),
    Kind.PAPER_VEHICLE: (4.7, 5.6),
    Kind.USED_CAR: (4.2, 5.3),
    Kind.DIGITAL_USED_CAR: (4.2, 5.3),
    Kind.PAPER_USED_CAR: (4.2, 5.3),
}


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)


def _rate(kind: Kind, day: date, chance: Random) -> int:
    fixed = _OF_KIND.get(kind)
    if fixed is not None:
        return fixed
    rates = next(rates for first, rates in reversed(_RATES) if day >= first)
    return rates[int(chance.random() * len(rates))]


def _from_net(net: int, rate: int) -> tuple[int, int]:
    return net, _half_up(net * rate, _WHOLE)


def _from_gross(gross: int, rate: int) -> tuple[int, int]:
    net = _half_up(gross * _WHOLE, _WHOLE + rate)
    return net, gross - net


def draw(kind: Kind, day: date, chance: Random) -> tuple[int, int, int]:
    """Net, tax and total in fen of an invoice of this kind on this day."""
    low, high = _RANGE.get(kind, _USUAL)
    rate = _rate(kind, day, chance)
    price = int(100 * 10 ** (low + chance.random() * (high - low)))
    habit = _HABITS[int(chance.random() * len(_HABITS))]
    if habit == "lines":
        lines = [_from_net(price // part, rate) for part in (2, 3, 7)]
        net, tax = sum(line[0] for line in lines), sum(line[1] for line in lines)
    elif habit == "net":
        net, tax = _from_net(price, rate)
    else:
        gross = price if habit == "gross" else max(100, price // 1000 * 1000)
        net, tax = _from_gross(gross, rate)
    return net, tax, net + tax


def part_of(net: int, tax: int, chance: Random) -> tuple[int, int]:
    """Net and tax of a smaller amount at the same rate, for a partial reversal."""
    share = 1 + int(chance.random() * 8)
    return max(1, net * share // 10), tax * share // 10
