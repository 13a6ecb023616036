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
    lost = 0
    for name in asked.rows or ROWS:
        begun = time.monotonic()
        # A row loads what only it needs, such as the peers' frameworks.
        run = cast("Callable[..., list[Measure]]", importlib.import_module(ROWS[name]).run)
        try:
            measures = (
                run(quick=asked.quick, long=asked.long)
                if name == "import"
                else run(quick=asked.quick)
            )
        except Exception as error:  # noqa: BLE001 - told, counted, and the other rows go on
            print(f"\n{name}: could not be measured: {error!r}", flush=True)
            lost += 1
            continue
        print(f"\n{name} ({time.monotonic() - begun:.0f} s)\n{table(measures)}", flush=True)
        keep(asked.out, name, measures, datetime.now(UTC), quick=asked.quick)
    return 1 if lost else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", choices=[[], *ROWS], help="default: all")
    parser.add_argument("--quick", action="store_true", help="few repetitions, to see that it runs")
    parser.add_argument("--long", action="store_true", help="import a million rows as well")
    parser.add_argument("--out", type=Path, help="where the figures are kept (JSON)")
    asked = parser.parse_args()
    # Figures of a quick run are not for showing: they do not replace the others.
    asked.out = asked.out or RESULTS.with_stem("results-quick" if asked.quick else "results")
    return asked


if __name__ == "__main__":
    sys.exit(main())
