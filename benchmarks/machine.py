"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import psutil

GIB = 1 << 30


def describe() -> dict[str, Any]:
    """Processor, cores, memory, Python, kernel and the load of the last minute."""
    return {
        "cpu": _cpu(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / GIB, 1),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "kernel": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def sentence() -> str:
    """The same on one line."""
    told = describe()
    return (
        f"{told['cpu']}, {told['cores']} cores, {told['memory_gib']} GiB, {told['python']}, "
        f"{told['kernel']}, load {told['load']}"
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown processor")
