"""An event loop whose time is a number: nothing waits, and nothing runs beside it."""

from __future__ import annotations

import asyncio
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable
from typing import Any

LIMIT = 7 * 86_400.0
"""Seconds a run may last: one that goes on has lost its way."""


class Stalled(RuntimeError):  # noqa: N818 - said of the run
    """Everybody waits for somebody."""


class VirtualLoop(BaseEventLoop):
    """Time jumps to the next timer when nobody has anything to do.

    Work for threads is done at once, where it is asked for: so its place in the order of events
    is the same in every run.
    """

    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0
        self._selector = self
        self.turns = 0

    def time(self) -> float:
        """The virtual time, seconds since the run began."""
        return self.at

    def select(self, timeout: float | None) -> list[Any]:
        """In the place of waiting for sockets."""
        self.turns += 1
        if timeout is None or self.at > LIMIT:
            raise Stalled
        self.at += max(0.0, timeout)
        return []

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it, as from a thread
            done.set_exception(error)
        return done

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no sockets."""

    def _write_to_self(self) -> None:
        """There is no other thread to be woken from."""
