"""The task that keeps a kiosk's packs up to date: a look every few minutes, sooner when woken."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.packs.source import ServerSource
    from kiosk.packs.store import PackStore
    from kiosk.pause import Pause

logger = logging.getLogger(__name__)

SHORTEST: Final = 5.0
"""Seconds after a fault; each further one doubles them up to `every`."""


class PackKeeper:
    """`every` is in seconds; `chance` gives numbers from 0 up to 1."""

    def __init__(
        self,
        store: PackStore,
        source: ServerSource,
        pause: Pause,
        chance: Callable[[], float],
        every: float,
    ) -> None:
        self._store = store
        self.source = source
        self._pause = pause
        self._chance = chance
        self._every = every

    def wake(self) -> None:
        """The link is back, or this kiosk was enrolled: look now."""
        self._pause.wake()

    async def run(self) -> None:
        """Go round for ever; cancel it to end it. A fault is tried again, later and later."""
        await self._store.open()
        wait = SHORTEST
        while True:
            if await self._turn():
                wait = SHORTEST
                await self._rest(self._every)
            else:
                await self._rest(wait)
                wait = min(wait * 2, self._every)

    async def _turn(self) -> bool:
        """Whether there is nothing left to do for now."""
        if not self._store.trusted:
            return True
        try:
            await self._store.take(self.source)
        except KioskError as error:
            logger.warning("packs must wait: %s %s", error.code, dict(error.params))
            # The list may have changed under us: have it told whole next time.
            self.source.forget()
            return False
        return True

    async def _rest(self, seconds: float) -> None:
        """With some chance, so that the kiosks of a centre do not all come at once."""
        await self._pause.rest(seconds * (0.75 + self._chance() / 2))
