from __future__ import annotations

import subprocess
import sys

import pytest

LARGE, GROWTH = 256, 48
PEAK = "from benchmarks.peak_memory import peak_mib; {work}; print(peak_mib())"


def peak_of(work: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(work=work)], capture_output=True, check=True, text=True
    )
    return float(done.stdout)


@pytest.fixture
def large_parent() -> bytearray:
    """Memory of the process that measures, touched so that it is resident."""
    return bytearray(b"x" * (LARGE << 20))


def test_a_child_does_not_inherit_the_peak_of_its_parent(large_parent: bytearray) -> None:
    assert len(large_parent) >> 20 == LARGE
    assert 1 < peak_of("pass") < LARGE / 2


def test_growth_shows_under_a_large_parent_and_after_it_was_given_back(
    large_parent: bytearray,
) -> None:
    assert large_parent
    alone, grown = peak_of("pass"), peak_of(f"b'x' * ({GROWTH} << 20)")
    assert GROWTH * 0.9 < grown - alone < GROWTH * 1.2
