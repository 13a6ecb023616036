"""A migrated database that holds the invoices of the verifier's contract."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from helpdesk.db import Database, migrate
from helpdesk.registry.columns import Entry
from helpdesk.security import KeyRing
from tests.helpdesk.verification.room import TODAY, Worker, put, worker
from tests.verifier_contract import known_invoices


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("ring") / "keys")


@pytest_asyncio.fixture
async def stocked(database: Database, ring: KeyRing) -> Database:
    await migrate(database)
    await put(database, ring, [Entry(*known) for known in known_invoices(TODAY).values()])
    return database


@pytest_asyncio.fixture
async def desk(stocked: Database, ring: KeyRing) -> AsyncIterator[Worker]:
    async with worker(stocked, ring) as ready:
        yield ready
