"""A program on a terminal whose output is stamped as it arrives.

The screen is drawn for us only when somebody looks at it: emulating a terminal takes longer
than the kiosk takes to answer, and would be counted as its time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil
import pyte

from kiosk.demo.terminal_program import TerminalProgram

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class _Unseen(pyte.ByteStream):
    """Takes what a terminal would draw, and draws nothing."""

    def feed(self, data: bytes) -> None:  # type: ignore[override] # as its parent
        """Let it go: every byte is kept elsewhere."""
        del data


class TimedTerminal(TerminalProgram):
    """Looks at bytes, not at a screen: `lines` and `text` stay empty."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 100,
        rows: int = 30,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._arrivals: list[tuple[int, float]] = []
        self._received = 0
        self.begun = time.monotonic()
        super().__init__(argv, columns=columns, rows=rows, env=env, cwd=cwd)
        self._stream = _Unseen()

    @property
    def written(self) -> int:
        """How many bytes the program has written so far."""
        with self._changed:
            return len(self._output)

    def arrived(self, text: str, *, start: int = 0, deadline: float = 20.0) -> float:
        """When the last byte of `text`, first seen from `start` on, had come (monotonic).

        Raises:
            TimeoutError: It does not come in time.
        """
        data = text.encode()
        end = self.wait_output(data, start=start, deadline=deadline) + len(data)
        return next(at for length, at in self._arrivals if length >= end)

    def family(self) -> list[psutil.Process]:
        """The program and all its children."""
        leader = psutil.Process(self.pid)
        return [leader, *leader.children(recursive=True)]

    def _receive(self) -> bytes:
        data = super()._receive()
        self._received += len(data)
        self._arrivals.append((self._received, time.monotonic()))
        return data
