"""A server under load: a process that says where it listens, and is always ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Self

from benchmarks.cpu_time import cpu_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

STOP_SECONDS = 10.0


class Server:
    """`python -m ARGUMENTS`, whose first line of output is `{"listening": "host:port"}`."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        with log.open("ab") as errors:
            self._child = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._log = log
        self.port = 0

    def __enter__(self) -> Self:
        output = self._child.stdout
        assert output is not None
        try:
            self.port = int(json.loads(output.readline())["listening"].rpartition(":")[2])
        except (ValueError, KeyError) as error:
            self._stop()
            said = self._log.read_text(encoding="utf-8", errors="replace")[-1_000:]
            raise RuntimeError(f"the server did not start: {said}") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def cpu_seconds(self) -> float:
        """What it has used so far, all its threads."""
        return cpu_seconds(self._child.pid)

    def _stop(self) -> None:
        self._child.send_signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()
