"""`python -m tests.fuzz --rounds N [--seed S]`: all targets on all cores, then a table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.fuzz.engine import BAD, Ending, Tally, run
from tests.fuzz.targets import shared_out, targets

PIECE = 5000
"""Rounds of one job: small enough that no core is left without work for long."""
SHOWN = 20
MILLI = 1000


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("--rounds", type=int, default=1_000_000)
    asked.add_argument("--seed", default="1")
    given = asked.parse_args()
    begun = time.monotonic()
    tallies = {name: Tally(name) for name in targets()}
    with ProcessPoolExecutor() as pool:
        for tally in pool.map(_job, *zip(*_jobs(given.rounds, given.seed), strict=True)):
            tallies[tally.target].add(tally)
    _tell([*tallies.values()], time.monotonic() - begun)
    bad = [line for tally in tallies.values() for line in tally.bad]
    sys.stdout.writelines(f"{line}\n" for line in bad[:SHOWN])
    return 1 if bad else 0


def _jobs(rounds: int, seed: str) -> Iterator[tuple[str, int, str]]:
    for name, share in shared_out(rounds).items():
        for at in range(0, share, PIECE):
            yield name, min(PIECE, share - at), f"{seed}/{at}"


def _job(name: str, rounds: int, seed: str) -> Tally:
    return run(targets()[name], rounds, seed)


def _tell(tallies: list[Tally], seconds: float) -> None:
    whole = Tally("all")
    for tally in tallies:
        whole.add(tally)
    sys.stdout.write(f"{'':40}{'rounds':>9}" + "".join(f"{ending:>10}" for ending in Ending))
    sys.stdout.write(f"{'slowest ms':>12}\n")
    for tally in [*tallies, whole]:
        counts = "".join(f"{tally.endings[ending]:>10}" for ending in Ending)
        slowest = f"{tally.slowest * MILLI:>12.1f}"
        sys.stdout.write(f"{tally.target:40}{tally.rounds:>9}{counts}{slowest}\n")
    bad = sum(whole.endings[ending] for ending in BAD)
    sys.stdout.write(f"{whole.rounds} inputs in {seconds:.0f} s, {bad} of them bad\n")


if __name__ == "__main__":
    sys.exit(main())
