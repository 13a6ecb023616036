"""What every slice may use, opened once: by the server, or by a command that works alone."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.db import Database
from helpdesk.db.finishing import finish
from helpdesk.key_check import check_keys, open_ring
from helpdesk.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from helpdesk.clock import Clock
    from helpdesk.config import Config
    from helpdesk.ids import Ids
    from helpdesk.security import KeyRing
    from helpdesk.texts import Texts

__all__ = ["Resources", "open_resources"]


@dataclass(frozen=True, slots=True)
class Resources:
    """Configuration, time, ids, database, keys and texts of this process."""

    config: Config
    clock: Clock
    ids: Ids
    database: Database
    keys: KeyRing
    texts: Texts


@asynccontextmanager
async def open_resources(config: Config, clock: Clock, ids: Ids) -> AsyncIterator[Resources]:
    """Open keys and database for the length of a block.

    Raises:
        KeyRingError, DatabaseError: When either cannot be opened, or the keys are not those of
            the database (`keys.other`); nothing stays open.
    """
    texts = await asyncio.to_thread(load_texts)
    keys = await open_ring(config)
    database = await Database.open(config.database_url)
    try:
        await check_keys(database, keys, clock)
        yield Resources(config, clock, ids, database, keys, texts)
    finally:
        await finish(database.close())
