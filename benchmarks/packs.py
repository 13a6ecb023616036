"""Verification packs against their peers: `python -m benchmarks.packs [--n 1000000] [--alone]`.

The same question (not found, mismatch, or match with state) on the same data in one run. The
databases, the array and the fuse map keep whole digests, so their error rates are lower than the
pack's 2^-16 and 2^-32; that is what they pay for in size. Rates are per CPU second of one core.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.pack import ours
from benchmarks.pack.peers import PEERS
from benchmarks.pack.registry import limit, registry

if TYPE_CHECKING:
    from benchmarks.pack.timing import Row

COLUMNS: Final = (
    ("name", "structure", 32),
    ("bits_per_invoice", "bits", 9),
    ("ratio_to_limit", "x limit", 9),
    ("build_per_second", "build/s", 10),
    ("accept_p50_us", "accept", 8),
    ("accept_p99_us", "p99", 8),
    ("reject_p50_us", "reject", 8),
    ("reject_p99_us", "p99", 8),
    ("accept_wrong", "wrong", 6),
)


def run(count: int = 10**6, *, alone: bool = False) -> list[Row]:
    """All rows, for `benchmarks/results.json`; without the peers, which need 3 GB at 10^7."""
    ours.segment_of(registry(3_000))  # compile, so that timings leave the compiler out
    records = registry(count)
    pack, data = ours.pack_row(records)
    rows = [pack]
    with tempfile.TemporaryDirectory() as folder:
        for peer in () if alone else PEERS:
            rows.append(peer(records, Path(folder)))
            gc.collect()
    rows.append(ours.delta_row(records, len(data)))
    del data
    rows.append(ours.hashing_row(min(count, 200_000)))
    rows.append(ours.end_to_end_row())
    rows.append(ours.rejection_row())
    rows += ours.law_rows(records)
    rows += ours.small_rows()
    return rows


def table(rows: list[Row]) -> str:
    """The comparison; rows without its columns follow as they are."""
    lines = ["".join(title.ljust(width) for _, title, width in COLUMNS)]
    for row in rows:
        if "accept_p50_us" in row:
            lines.append("".join(str(row[key]).ljust(width) for key, _, width in COLUMNS))
        else:
            rest = ", ".join(f"{key} {value}" for key, value in row.items() if key != "name")
            lines.append(f"{row['name']}: {rest}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="verification packs against their peers")
    parser.add_argument("--n", type=int, default=10**6, help="invoices (default 1000000)")
    parser.add_argument("--alone", action="store_true", help="the pack without its peers")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    asked = parser.parse_args()
    rows = run(asked.n, alone=asked.alone)
    if asked.json:
        print(*(json.dumps(row) for row in rows), sep="\n")
        return
    print(f"{asked.n} invoices; limit {limit():.3f} bits an invoice; latencies in microseconds")
    print(table(rows))


if __name__ == "__main__":
    main()
