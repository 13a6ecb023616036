"""Registry import beside `executemany` of the same finished rows; memory as the file grows."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.measure import Bar, Measure
from benchmarks.scene import today
from helpdesk.registry.importing import BATCH
from helpdesk.security import KeyRing
from kiosk.demo.processes import run as run_module

BAR: Final = Bar(0.25)
FLAT: Final = Bar(1.1, at_most=True)
PEER: Final = "executemany, one transaction"
HUNDRED_THOUSAND: Final = 100_000
MILLION: Final = 1_000_000


def run(*, quick: bool, long: bool = False) -> list[Measure]:
    """Rounds in turn; `long` imports a million rows, to see whether its memory stays flat."""
    rows = 20_000 if quick else HUNDRED_THOUSAND
    with tempfile.TemporaryDirectory(prefix="yanpiao-bench-") as name:
        folder = Path(name)
        KeyRing.create(folder / "keys")
        imports, whole, batched = [], [], []
        file = _registry(folder, rows)
        for turn in range(1 if quick else 3):
            imports.append(_import(folder, file, f"import{turn}"))
            whole.append(_raw(folder, f"import{turn}", f"whole{turn}", rows))
            batched.append(_raw(folder, f"import{turn}", f"batched{turn}", BATCH))
        small, great = (rows, MILLION) if long else (10_000, rows)
        peaks = [
            _import(folder, _registry(folder, each), f"peak{each}")["peak"]
            for each in (small, great)
        ]
    ours, one, many = (_rate(each, "wall") for each in (imports, whole, batched))
    spent, least = _rate(imports, "cpu"), _rate(whole, "cpu")
    peak = f"  its peak memory, {great:,} rows"
    return [
        Measure(f"registry import of {rows:,} rows", ours, "rows/s", PEER, one, BAR),
        Measure("  by CPU time of all threads", spent, "rows/CPU s", PEER, least),
        Measure("  in transactions as ours", ours, "rows/s", f"executemany, {BATCH:,} each", many),
        Measure(peak, peaks[1], "MiB", f"{small:,} rows", peaks[0], FLAT),
    ]


def _registry(folder: Path, rows: int) -> Path:
    file = folder / f"registry{rows}.csv"
    if not file.exists():
        number = ["--invoices", str(rows), "--seed", "1", "--as-of", today().isoformat()]
        run_module("helpdesk", ["demo-data", *number, "--out", str(file)], folder / "log")
    return file


def _import(folder: Path, file: Path, name: str) -> dict[str, float]:
    target = str(folder / f"{name}.sqlite3")
    told = _told(["benchmarks.import_child", str(file), target, str(folder / "keys")])
    if told["refused"]:
        raise RuntimeError(f"{told['refused']} rows of the demo registry were refused")
    return told


def _raw(folder: Path, source: str, name: str, rows_each: int) -> dict[str, float]:
    paths = [str(folder / f"{each}.sqlite3") for each in (source, name)]
    told = _told(["benchmarks.raw_insert", *paths, str(rows_each)])
    Path(paths[1]).unlink()
    return told


def _told(arguments: list[str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _rate(runs: list[dict[str, float]], clock: str) -> float:
    return statistics.median(each["rows"] / each[clock] for each in runs)
