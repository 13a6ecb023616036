"""Migrations: whole, locked, and losing nothing; the stock way shown losing it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from types import MappingProxyType

import pytest
from tortoise.migrations.executor import MigrationExecutor

from helpdesk.db import Database, DatabaseError, database_of, migrate, pending

MODELS = """
from tortoise import fields
from tortoise.models import Model

class Ticket(Model):
    id = fields.IntField(primary_key=True)
    subject = fields.CharField(max_length=40, null=True)
    place = fields.CharField(max_length=40, db_index=True)
    code = fields.CharField(max_length=40, unique=True)
    class Meta:
        table = "ticket"
        unique_together = (("place", "code"),)

class Message(Model):
    id = fields.IntField(primary_key=True)
    ticket = fields.ForeignKeyField("PACKAGE.Ticket", related_name="messages")
    class Meta:
        table = "message"
"""

HEAD = """
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
"""

INITIAL = (
    HEAD
    + """
class Migration(migrations.Migration):
    initial = True
    operations = [
        ops.CreateModel(
            name="Ticket",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True)),
                ("subject", fields.CharField(max_length=40)),
                ("place", fields.CharField(db_index=True, max_length=40)),
                ("code", fields.CharField(unique=True, max_length=40)),
            ],
            options={"table": "ticket", "app": "PACKAGE", "pk_attr": "id",
                     "unique_together": (("place", "code"),)},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Message",
            fields=[
                ("id", fields.IntField(generated=True, primary_key=True)),
                ("ticket", fields.ForeignKeyField("PACKAGE.Ticket", source_field="ticket_id",
                    db_constraint=True, to_field="id", related_name="messages",
                    on_delete=OnDelete.CASCADE)),
            ],
            options={"table": "message", "app": "PACKAGE", "pk_attr": "id"},
            bases=["Model"],
        ),
    ]
"""
)

NULLABLE = (
    HEAD
    + """
class Migration(migrations.Migration):
    dependencies = [("PACKAGE", "0001_initial")]
    operations = [
        ops.AlterField(
            model_name="Ticket",
            name="subject",
            field=fields.CharField(max_length=40, null=True),
        ),
    ]
"""
)

RAW = (
    HEAD
    + """
class Migration(migrations.Migration):
    dependencies = [("PACKAGE", "0002_nullable")]
    EXTRA
    operations = [ops.RunSQL("STATEMENT")]
"""
)

Models = Mapping[str, tuple[str, str]]


class Desk:
    """A package of models and migrations made for one test."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._package = folder / name
        self._write("__init__", "")
        self._write("models", MODELS)
        self._write("migrations/__init__", "")
        self._write("migrations/0001_initial", INITIAL)

    @property
    def models(self) -> Models:
        return MappingProxyType({self.name: (f"{self.name}.models", f"{self.name}.migrations")})

    def make_nullable(self) -> None:
        self._write("migrations/0002_nullable", NULLABLE)

    def run_sql(self, statement: str, extra: str = "") -> None:
        text = RAW.replace("STATEMENT", statement).replace("EXTRA", extra)
        self._write("migrations/0003_raw", text)

    def _write(self, module: str, text: str) -> None:
        path = self._package / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("PACKAGE", self.name), encoding="utf-8")


@pytest.fixture(scope="session")
def desk_numbers() -> Iterator[int]:
    return count(1)


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk_numbers: Iterator[int]
) -> Iterator[Desk]:
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"desk{next(desk_numbers)}"
    yield Desk(tmp_path, name)
    for module in [module for module in sys.modules if module.split(".")[0] == name]:
        del sys.modules[module]


async def _seeded(url: str, desk: Desk) -> None:
    async with database_of(url, models=desk.models) as database:
        await migrate(database)
        async with database.transaction() as tx:
            await tx.execute(
                "INSERT INTO ticket (id, subject, place, code) VALUES (1, 's', 'p', 'c')"
            )
            await tx.execute("INSERT INTO message (id, ticket_id) VALUES (1, 1)")


async def _columns(database: Database) -> set[tuple[str, ...]]:
    from helpdesk.db.inventory import take_inventory

    async with database.transaction() as tx:
        shapes = (await take_inventory(tx, database.dialect)).indexes
    return {shape.columns for shape in shapes if shape.table == "ticket"}


ALL_INDEXES = {("place",), ("code",), ("place", "code")}


async def test_the_stock_way_loses_rows_and_indexes(sqlite_url: str, desk: Desk) -> None:
    await _seeded(sqlite_url, desk)
    await asyncio.to_thread(desk.make_nullable)
    async with database_of(sqlite_url, models=desk.models) as database:
        with database.orm():
            made = lambda: MigrationExecutor(database.writer, database.migrated_apps)  # noqa: E731
            executor = await asyncio.to_thread(made)
            await executor.migrate()
        assert await database.read("SELECT count(*) FROM message") == [(0,)]
        assert await _columns(database) == {("code",)}


async def test_a_rebuilt_table_keeps_rows_and_indexes(database_url: str, desk: Desk) -> None:
    await _seeded(database_url, desk)
    await asyncio.to_thread(desk.make_nullable)
    async with database_of(database_url, models=desk.models) as database:
        assert await pending(database) == (f"{desk.name}.0002_nullable",)
        assert await migrate(database) == (f"{desk.name}.0002_nullable",)
        assert await database.read("SELECT count(*) FROM message") == [(1,)]
        assert await database.read("SELECT subject FROM ticket") == [("s",)]
        assert await _columns(database) == ALL_INDEXES
        assert await pending(database) == ()
        async with database.transaction() as tx:
            await tx.execute(
                "INSERT INTO ticket (id, subject, place, code) VALUES (2, NULL, 'p', 'd')"
            )
        assert await migrate(database) == ()


async def test_a_fresh_install_has_every_index_too(database_url: str, desk: Desk) -> None:
    await asyncio.to_thread(desk.make_nullable)
    async with database_of(database_url, models=desk.models) as database:
        assert len(await migrate(database)) == 2
        assert await _columns(database) == ALL_INDEXES


async def test_foreign_keys_are_on_again_afterwards(sqlite_url: str, desk: Desk) -> None:
    async with database_of(sqlite_url, models=desk.models) as database:
        await migrate(database)
        async with database.transaction() as tx:
            assert await tx.fetch("PRAGMA foreign_keys") == [(1,)]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("DELETE FROM message", "db.rows_lost"),
        ("DROP INDEX own_index", "db.indexes_lost"),
    ],
)
async def test_a_migration_that_loses_something_is_undone(
    database_url: str, desk: Desk, statement: str, code: str
) -> None:
    await asyncio.to_thread(desk.make_nullable)
    await _seeded(database_url, desk)
    await asyncio.to_thread(desk.run_sql, statement)
    async with database_of(database_url, models=desk.models) as database:
        async with database.transaction() as tx:
            await tx.execute("CREATE INDEX own_index ON ticket (subject, place)")
        with pytest.raises(DatabaseError) as caught:
            await migrate(database)
        assert caught.value.code == code
        assert caught.value.params["migration"] == f"{desk.name}.0003_raw"
        assert await database.read("SELECT count(*) FROM message") == [(1,)]
        assert ("subject", "place") in await _columns(database)
        assert await pending(database) == (f"{desk.name}.0003_raw",)


async def test_a_migration_may_say_what_it_deletes(database_url: str, desk: Desk) -> None:
    await _seeded(database_url, desk)
    await asyncio.to_thread(desk.make_nullable)
    await asyncio.to_thread(desk.run_sql, "DELETE FROM message", "rows_may_go = ('message',)")
    async with database_of(database_url, models=desk.models) as database:
        assert len(await migrate(database)) == 2
        assert await database.read("SELECT count(*) FROM message") == [(0,)]


async def test_a_row_without_its_parent_is_noticed(sqlite_url: str, desk: Desk) -> None:
    await _seeded(sqlite_url, desk)
    await asyncio.to_thread(desk.make_nullable)
    statement = "UPDATE message SET ticket_id = 99"
    await asyncio.to_thread(desk.run_sql, statement)
    async with database_of(sqlite_url, models=desk.models) as database:
        with pytest.raises(DatabaseError, match=r"db\.orphans"):
            await migrate(database)
        assert await database.read("SELECT ticket_id FROM message") == [(1,)]


async def test_a_failed_migration_leaves_nothing_of_itself(database_url: str, desk: Desk) -> None:
    await _seeded(database_url, desk)
    await asyncio.to_thread(desk.make_nullable)
    await asyncio.to_thread(desk.run_sql, "CREATE TABLE half (id INT); SELECT nonsense")
    async with database_of(database_url, models=desk.models) as database:
        with pytest.raises(DatabaseError):
            await migrate(database)
        assert await pending(database) == (f"{desk.name}.0003_raw",)
        with pytest.raises(DatabaseError):
            await database.read("SELECT * FROM half")


async def test_two_servers_migrate_at_once(postgres_url: str, desk: Desk) -> None:
    await asyncio.to_thread(desk.make_nullable)
    async with (
        database_of(postgres_url, models=desk.models) as one,
        database_of(postgres_url, models=desk.models) as two,
    ):
        applied = await asyncio.gather(migrate(one), migrate(two))
        assert sorted(applied[0] + applied[1]) == [
            f"{desk.name}.0001_initial",
            f"{desk.name}.0002_nullable",
        ]


def test_models_and_migrations_of_the_product_agree() -> None:
    command = [sys.executable, "-m", "helpdesk.db.make_migration", "--check"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
