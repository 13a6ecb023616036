"""A whole application on a port of its own, migrated, with keys; rates off unless asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from helpdesk.app import make_app
from helpdesk.config import Config
from helpdesk.config_file import load
from helpdesk.db import database_of, migrate
from helpdesk.security import KeyRing
from helpdesk.slices import ROUTES

Client = TestClient[Any, Any]


@dataclass(frozen=True)
class House:
    """Where the server of a test lives."""

    config: Config
    keys: KeyRing

    def with_settings(self, **settings: Any) -> House:
        return replace(
            self, config=replace(self.config, helpdesk=replace(self.config.helpdesk, **settings))
        )

    @property
    def credentials(self) -> dict[str, str]:
        return {"Authorization": f"Yanpiao-Kiosk A03:{self.keys.kiosk_access.hex()}"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    file = tmp_path / "config.toml"
    file.write_text(
        f"""[helpdesk]
requests_per_minute = 0
kiosk_requests_per_minute = 0
disk_floor = 0
[database]
url = "sqlite://{tmp_path}/helpdesk.sqlite3"
[security]
keys = "keys"
""",
        encoding="utf-8",
    )
    return House(load(file, {}), KeyRing.create(tmp_path / "keys"))


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Start applications that end with the test."""
    async with AsyncExitStack() as stack:

        async def start(house: House, routes: Any = ROUTES, *, migrated: bool = True) -> Client:
            if migrated:
                async with database_of(house.config.database_url) as database:
                    await migrate(database)
            server = TestServer(make_app(house.config, routes=routes))
            stack.push_async_callback(server.close)
            await server.start_server(access_log=None, auto_decompress=False)
            return await stack.enter_async_context(TestClient(server))

        yield start
