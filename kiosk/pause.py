"""Waiting, injected: in a simulation time passes without anybody waiting for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol


class Pause(Protocol):
    """A rest that can be cut short."""

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until `wake`; a `wake` since the last rest ends this one at once."""

    def wake(self) -> None:
        """End the rest, the present one or the next."""


class LoopPause:
    """`Pause` on the event loop."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until woken."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        self._woken.clear()

    def wake(self) -> None:
        """End the rest."""
        self._woken.set()
