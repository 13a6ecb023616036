"""The kiosk's screen process with a stopwatch: from a framed scan to its result.

`python -m benchmarks.traced_kiosk CONFIG FILE` writes one line of milliseconds a check.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from functools import wraps
from pathlib import Path
from typing import Any

from kiosk.bootstrap.__main__ import main
from kiosk.verification import Verification
from tui.terminal.environment import prepare


def trace(file: Path) -> None:
    """Note when a scan's bytes are complete and when its check is answered and kept."""
    prepare(os.environ)
    from tui.kiosk.app import KioskApp  # textual reads the environment when it is loaded

    begun: deque[float] = deque()
    receive, check = KioskApp.receive_scan, Verification.check

    @wraps(receive)
    def received(*args: Any, **named: Any) -> None:
        begun.append(time.perf_counter())
        receive(*args, **named)

    @wraps(check)
    async def checked(*args: Any, **named: Any) -> Any:
        answer = await check(*args, **named)
        took = time.perf_counter() - begun.popleft()
        with file.open("a", encoding="ascii") as lines:
            lines.write(f"{took * 1_000:.3f}\n")
        return answer

    setattr(KioskApp, "receive_scan", received)  # noqa: B010 - a method of a class we only watch
    setattr(Verification, "check", checked)  # noqa: B010 - the same


if __name__ == "__main__":
    config, file = map(Path, sys.argv[1:])
    trace(file)
    sys.exit(main(config, os.environ))
