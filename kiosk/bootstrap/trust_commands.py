"""What the control socket can ask about the list of signing keys."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.trust.taking import take_file

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from kiosk.clock import Clock
    from kiosk.trust.store import TrustStore


@dataclass(frozen=True, slots=True)
class TrustCommands:
    """Each answers with one JSON object or raises `KioskError`."""

    store: TrustStore
    clock: Clock

    @property
    def table(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
        """The commands by the names callers use."""
        return {"trust.take": self.take}

    async def take(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Take the list in `file`, an absolute path."""
        file = Path(str(params.get("file", "")))
        return await asyncio.to_thread(take_file, self.store, file, self.clock.now())
