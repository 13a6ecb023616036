from __future__ import annotations

from pathlib import Path

import pytest
import pytest_asyncio

from helpdesk.db import Database
from tests.helpdesk.kiosks.room import Centre, Furniture, furnish, open_centre


@pytest.fixture
def furniture(tmp_path: Path) -> Furniture:
    return furnish(tmp_path)


@pytest_asyncio.fixture
async def centre(database: Database, furniture: Furniture) -> Centre:
    """On SQLite and on PostgreSQL."""
    return await open_centre(database, furniture)
