"""Ours and its peers in one call: `python -m benchmarks [ROW ...] [--quick]`.

Rows: scan, start, verify, import, idle, packs, outage. Times never fail anything: a bar that is not
kept is printed as missed. A row that could not be measured at all is an error (exit status 1).
Everything runs on this machine's loopback and is ended again.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from benchmarks.machine import sentence
from benchmarks.measure import keep, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.measure import Measure

ROWS: Final = {
    "scan": "benchmarks.scan_row",
    "start": "benchmarks.start_row",
    "verify": "benchmarks.verify_row",
    "import": "benchmarks.import_row",
    "idle": "benchmarks.idle_row",
    "packs": "benchmarks.packs_row",
    "outage": "benchmarks.outage_row",
}
RESULTS: Final = Path(__file__).with_name("results.json")


def main() -> int:
    """Run the rows asked for, all by default; the exit status."""
    asked = _arguments()
    print(sentence(), flush=True)
    lost = [name for name in asked.rows or ROWS if not _measured(name, asked)]
    return 1 if lost else 0


def _measured(name: str, asked: argparse.Namespace) -> bool:
    """Measure one row, tell it and keep it; whether that could be done."""
    begun = time.monotonic()
    options = {"quick": asked.quick} | ({"long": asked.long} if name == "import" else {})
    try:
        # A row loads what only it needs, such as the peers' frameworks.
        run = cast("Callable[..., list[Measure]]", importlib.import_module(ROWS[name]).run)
        measures = run(**options)
    except Exception as error:  # noqa: BLE001 - told and counted, and the other rows go on
        print(f"\n{name}: could not be measured: {error!r}", flush=True)
        return False
    print(f"\n{name} ({time.monotonic() - begun:.0f} s)\n{table(measures)}", flush=True)
    if asked.out is not None:
        keep(asked.out, name, measures, datetime.now(UTC), quick=asked.quick)
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="ours and its peers, in one call"
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(ROWS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="few repetitions, to see that it runs")
    parser.add_argument("--long", action="store_true", help="import a million rows as well")
    parser.add_argument("--out", type=Path, help="JSON file of the figures; none with --quick")
    asked = parser.parse_args()
    for name in asked.rows:
        if name not in ROWS:
            parser.error(f"no row {name!r}")
    if asked.out is None and not asked.quick:
        asked.out = RESULTS
    return asked


if __name__ == "__main__":
    sys.exit(main())
