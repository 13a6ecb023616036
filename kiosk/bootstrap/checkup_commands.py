"""What a running kiosk tells whoever looks after it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kiosk.checkup.facts import Live
from kiosk.checkup.pack_facts import packs_in_use
from kiosk.checkup.reading import Book, read
from kiosk.sync.state import SyncState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from kiosk.bootstrap.core import Core
    from kiosk.status import StatusBoard


@dataclass(frozen=True, slots=True)
class CheckupCommands:
    """`started_at`: since when this kiosk runs."""

    core: Core
    board: StatusBoard
    started_at: datetime

    @property
    def table(self) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]]:
        """The commands by the names callers use."""
        return {"inspect": self.inspect}

    async def inspect(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """All that `kiosk.checkup.facts.Inside` holds."""
        del params
        core = self.core
        packs = packs_in_use(core.packs)
        inside = await read(self._book(), core.identities.form, packs, self._live())
        return inside.model_dump(mode="json")

    def _book(self) -> Book:
        core, database = self.core, self.core.database
        connection, keeper = database.connection, database.timekeeper
        state = SyncState(connection, database.outbox, keeper, core.clock)
        return Book(
            data=core.config.data,
            connection=connection,
            sealer=database.sealer,
            outbox=database.outbox,
            state=state,
            clock=core.clock,
            boot_id=keeper.boot_id,
        )

    def _live(self) -> Live:
        now = self.board.now
        return Live(
            pid=os.getpid(),
            started_at=self.started_at,
            link=now.link.value,
            since=now.since,
            failure=self.core.link.failure,
            worry=self.core.link.worry,
            printer=now.printer,
            scanner=now.scanner,
        )
