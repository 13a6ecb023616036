"""A thousand seeds are clean, and every bug that is planted in the product is found by one.

The runs are in processes of their own: their virtual loops are none that this one's guards know.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS, find
from tests.simulation.run import Result, run_seed

SEEDS = int(os.environ.get("YANPIAO_SEEDS", "1000"))
CHUNK = 10
LIMIT = 1000
PATIENCE = 1500.0
REGRESSIONS = (
    1181,
    2017,
    2180,
    2212,
    2393,
    2528,
    2653,
    3228,
    3616,
    3730,
    3795,
    4249,
    4314,
    4658,
    6332,
)
"""Seeds beyond those that have found something once."""
TRACE = """
import hashlib, sys
from tests.simulation.run import run_seed
result = run_seed(int(sys.argv[1]))
print(hashlib.sha256("\\n".join(result.trace).encode()).hexdigest(), len(result.trace))
"""


@dataclass
class Work:
    """All of it, begun at once: the processes are never idle."""

    hunts: dict[str, AsyncResult[int | None]]
    clean: AsyncResult[list[Result]]


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    pool: Pool = multiprocessing.get_context("spawn").Pool(os.cpu_count())
    with pool:
        # Longest first.
        clean = pool.map_async(run_seed, _seeds(), chunksize=CHUNK)
        hunts = {name: pool.apply_async(partial(find, name, LIMIT)) for name in BUGS}
        yield Work(hunts, clean)
        pool.terminate()


def _seeds() -> list[int]:
    return sorted({*range(SEEDS), *REGRESSIONS})


@pytest.mark.timeout(PATIENCE)
def test_nothing_is_lost_doubled_divergent_or_stuck(work: Work) -> None:
    results = work.clean.get(PATIENCE)
    broken = {result.replay: result.problems for result in results if result.problems}
    assert broken == {}
    assert sum(result.told for result in results) > 3 * len(results), "visitors were served"


@pytest.mark.timeout(PATIENCE)
@pytest.mark.parametrize("bug", sorted(BUGS))
def test_a_planted_bug_is_found(work: Work, bug: str) -> None:
    seed = work.hunts[bug].get(PATIENCE)
    assert seed is not None, f"no seed below {LIMIT} sees that {bug} is broken"


def test_there_are_enough_of_them() -> None:
    assert len(BUGS) >= 20


@pytest.mark.parametrize("seed", [1, 6])
def test_a_seed_is_the_same_run_in_every_process(seed: int) -> None:
    root = Path(__file__).parents[2]
    told = set()
    for hash_seed in ("0", "1"):
        environ = os.environ | {"PYTHONPATH": str(root), "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", TRACE, str(seed)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        told.add(done.stdout)
    assert len(told) == 1


@pytest.mark.timeout(PATIENCE)
def test_a_seed_that_fails_says_how_to_see_it_again(work: Work) -> None:
    root = Path(__file__).parents[2]
    bug = "kiosk.one_op_id"
    seed = work.hunts[bug].get(PATIENCE)
    given = ["--first", str(seed), "--seeds", "1", "--workers", "1", "--bug", bug]
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", *given],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"make simulate SEED={seed} BUG={bug}" in done.stdout
    assert "1 seeds with something lost, doubled, divergent or stuck" in done.stdout
