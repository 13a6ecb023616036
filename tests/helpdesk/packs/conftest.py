from __future__ import annotations

import asyncio
from pathlib import Path

import pytest_asyncio

from helpdesk.db import Database, migrate
from tests.helpdesk.packs.house import House, make_house


@pytest_asyncio.fixture
async def house(database: Database, tmp_path: Path) -> House:
    await migrate(database)
    return await asyncio.to_thread(make_house, tmp_path, database)
