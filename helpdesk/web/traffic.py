"""Who waits in front of a screen right now, so that bulk work can give way."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["TRAFFIC", "Traffic"]

_PATIENCE = 0.025


class Traffic:
    """Counts the calls that a person waits for."""

    def __init__(self) -> None:
        self._calls = 0
        self._turn = asyncio.Lock()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Mark a call that a person waits for, as long as the block runs."""
        self._calls += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._quiet.set()

    async def give_way(self) -> None:
        """Let the calls that somebody waits for go first; never for longer than a blink."""
        # One after another: many that wake at once would be one long stretch of bulk work.
        async with self._turn:
            await asyncio.sleep(0)
            if self._quiet.is_set():
                return
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._quiet.wait()
            except TimeoutError:
                # They never end: now it is our turn all the same.
                return


TRAFFIC: web.AppKey[Traffic] = web.AppKey("helpdesk.traffic", Traffic)
