"""The verification pack beside other structures, as `benchmarks.packs` measures them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import packs
from benchmarks.measure import Bar, Measure
from benchmarks.pack.registry import limit

if TYPE_CHECKING:
    from benchmarks.pack.timing import Row

SIZE_BAR: Final = Bar(1.005, at_most=True)
ACCEPT_BAR: Final = Bar(10, at_most=True)
NONE_WRONG: Final = Bar(0, at_most=True)
UNIT: Final = "bits/invoice"


def run(*, quick: bool) -> list[Measure]:
    """One segment; `python -m benchmarks.packs` tells more of the same run."""
    count = 100_000 if quick else 1_000_000
    told = [row for row in packs.run(count) if "accept_p50_us" in row]
    pack, *peers = told
    size = _number(pack, "bits_per_invoice")
    name = f"pack of {count:,}"
    return [
        Measure(f"{name}, size", size, UNIT, "information limit", limit(), SIZE_BAR),
        Measure(f"{name}, accept p50", _number(pack, "accept_p50_us"), "us", bar=ACCEPT_BAR),
        Measure(f"{name}, wrong of its members", _number(pack, "accept_wrong"), "", bar=NONE_WRONG),
        *(
            Measure("  size", size, UNIT, str(peer["name"]), _number(peer, "bits_per_invoice"))
            for peer in peers
        ),
    ]


def _number(row: Row, name: str) -> float:
    return float(row[name])
