from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from helpdesk.db import Database, database_of, migrate
from tests.helpdesk.packs.house import House, make_house


@pytest_asyncio.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """An installation on SQLite; what differs by database is tested with `any_house`."""
    async with database_of(sqlite_url) as database:
        await migrate(database)
        yield await asyncio.to_thread(make_house, tmp_path, database)


@pytest_asyncio.fixture
async def any_house(database: Database, tmp_path: Path) -> House:
    """The same on each database."""
    await migrate(database)
    return await asyncio.to_thread(make_house, tmp_path, database)
