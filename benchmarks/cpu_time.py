"""CPU seconds of a running process, finer than the ticks that `/proc/PID/stat` counts in."""

from __future__ import annotations

from pathlib import Path

import psutil

NANO = 1e-9


def cpu_seconds(pid: int) -> float:
    """Of all threads that are alive, since they began.

    Threads that ended are not counted: the programs measured keep theirs.
    """
    tasks = Path(f"/proc/{pid}/task")
    try:
        spent = [(task / "schedstat").read_text().split()[0] for task in tasks.iterdir()]
    except (OSError, IndexError):  # a kernel without these statistics
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return sum(map(int, spent)) * NANO
