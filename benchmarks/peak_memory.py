"""The most memory that a process itself had resident."""

from __future__ import annotations

import re
from pathlib import Path

MIB_OF_KIB = 1 / 1024


def peak_mib() -> float:
    """Return the high-water mark of this process's resident memory since its exec, in MiB.

    Not `ru_maxrss`: on Linux that begins with the peak of the process that started this one
    (getrusage(2) counts what was resident before exec), so that a large parent hides every growth.

    Raises:
        RuntimeError: where the kernel does not tell it (`VmHWM` in proc(5)).
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("/proc/self/status has no VmHWM: this kernel tells no peak of memory")
    return int(found[1]) * MIB_OF_KIB
