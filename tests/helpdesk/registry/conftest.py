"""A registry with keys of its own, on both databases, and invoices to put into it."""

from __future__ import annotations

from random import Random

import pytest
import pytest_asyncio

from helpdesk.db import Database, migrate
from helpdesk.demo_data.issuer import Issuer
from helpdesk.registry.columns import Entry
from helpdesk.security import KeyRing
from tests.helpdesk.registry.room import AS_OF, Registry


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.create(tmp_path_factory.mktemp("ring") / "keys")


@pytest_asyncio.fixture
async def registry(database: Database, ring: KeyRing) -> Registry:
    await migrate(database)
    return Registry(database, ring)


@pytest.fixture(scope="session")
def entries() -> list[Entry]:
    return list(Issuer(300, AS_OF, Random("registry")).entries())
