"""`make simulate`: many seeds in several processes, or one seed again with all that happened.

make simulate SEEDS=10000 WORKERS=2     seeds 0 to 9999
make simulate SEED=4711                 that one, told step by step
make simulate SEED=4711 BUG=kiosk.mark_may_fall
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from tests.simulation.bugs import BUGS
from tests.simulation.run import Result, run_seed
from tests.simulation.settings import Rules

CHUNK = 20
"""Seeds that a process takes at a time."""


@dataclass
class Sum:
    """What came of all seeds so far."""

    seeds: int = 0
    told: int = 0
    failed: int = 0

    def add(self, result: Result) -> None:
        self.seeds += 1
        self.told += result.told
        self.failed += bool(result.problems)


def main(arguments: list[str]) -> int:
    """Exit status 1 where any seed broke a promise."""
    given = _parser().parse_args(arguments)
    rules = BUGS[given.bug] if given.bug else Rules()
    if given.seed is not None:
        return _replay(given.seed, rules)
    total, begun = Sum(), time.monotonic()
    for result in _results(range(given.first, given.first + given.seeds), given.workers, rules):
        total.add(result)
        if result.problems:
            again = result.replay + (f" BUG={given.bug}" if given.bug else "")
            _say(f"\rseed {result.seed}: {'; '.join(result.problems)}\n    {again}\n")
        if not total.seeds % CHUNK:
            _progress(total, given.seeds, begun)
    speed = total.seeds / (time.monotonic() - begun)
    _say(
        f"\r{total.seeds} seeds, {total.told} answers told to visitors, {total.failed} seeds with"
        f" something lost, doubled, divergent or stuck; {speed:.1f} seeds/s\n"
    )
    return 1 if total.failed else 0


def _results(seeds: range, workers: int, rules: Rules) -> Iterator[Result]:
    if workers == 1:
        yield from map(partial(run_seed, rules=rules), seeds)
        return
    # A fresh interpreter each: nothing of this one's is shared.
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers) as pool:
        yield from pool.imap_unordered(partial(run_seed, rules=rules), seeds, chunksize=CHUNK)


def _replay(seed: int, rules: Rules) -> int:
    result = run_seed(seed, rules)
    _say("\n".join(result.trace) + "\n")
    _say("\n".join(result.problems or ("nothing lost, doubled, divergent or stuck",)) + "\n")
    return 1 if result.problems else 0


def _progress(total: Sum, seeds: int, begun: float) -> None:
    if sys.stdout.isatty():
        speed = total.seeds / (time.monotonic() - begun)
        _say(f"\r{total.seeds}/{seeds} seeds, {total.failed} failed, {speed:.1f}/s ")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this one alone, with its story")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--bug", choices=sorted(BUGS), help="a rule of the product to break")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
