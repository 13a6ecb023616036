"""Numbered migrations: under a lock, each whole in one transaction, checked before its COMMIT.

Tortoise's own command has no lock, records a migration outside its transaction, and on SQLite
rebuilds a table in ways that let cascades delete other tables' rows and that drop indexes.
Here foreign keys are off while SQLite migrates, lost indexes that the models still declare
are made again, and a migration that loses a row or an index without saying so is undone.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.loader import MigrationLoader

from helpdesk.db.errors import DatabaseError, translated
from helpdesk.db.finishing import finish
from helpdesk.db.inventory import expected_indexes, take_inventory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tortoise.migrations.executor import PlanStep
    from tortoise.migrations.schema_generator.state import State

    from helpdesk.db.database import Database
    from helpdesk.db.inventory import IndexShape, Inventory
    from helpdesk.db.transaction import Transaction

__all__ = ["migrate", "pending"]

# Any fixed number: PostgreSQL's advisory locks are named by numbers.
_LOCK = 0x59414E50

# A migration class may name what it deletes on purpose.
_SQLITE_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'"
_POSTGRES_TABLE = "SELECT 1 FROM pg_tables WHERE tablename = 'tortoise_migrations'"

_ROWS_MAY_GO = "rows_may_go"
_INDEXES_MAY_GO = "indexes_may_go"


async def migrate(
    database: Database, *, on_step: Callable[[str], None] = lambda _name: None
) -> tuple[str, ...]:
    """Bring the schema up to date and return the names ("slice.0001_initial") now applied.

    Safe to run from several processes at once: each step takes the lock and looks again. A
    migration class may carry ``rows_may_go`` (tables) and ``indexes_may_go`` (tables) for
    what it deletes on purpose.

    Raises:
        DatabaseError: ``db.rows_lost``, ``db.indexes_lost``, ``db.orphans`` (that step was
            undone, the ones before it stay), or what the database itself reports.
    """
    applied: list[str] = []
    with database.orm():
        async with _foreign_keys_off(database):
            while (name := await _step(database)) is not None:
                applied.append(name)
                on_step(name)
    return tuple(applied)


async def pending(database: Database) -> tuple[str, ...]:
    """Return the names of migrations not applied yet, in order."""
    if database.known_migrations is None:
        # Files do not change while we run; reading them each time would slow readiness.
        database.known_migrations = await _known(database)
    sqlite = database.dialect == "sqlite"
    done: set[str] = set()
    if await database.read(_SQLITE_TABLE if sqlite else _POSTGRES_TABLE):
        rows = await database.read("SELECT app, name FROM tortoise_migrations")
        done = {f"{app}.{name}" for app, name in rows}
    return tuple(name for name in database.known_migrations if name not in done)


async def _known(database: Database) -> tuple[str, ...]:
    with database.orm():
        executor = await _executor(database)
        await executor.loader.build_graph()
        return tuple(f"{key.app_label}.{key.name}" for key in executor._full_plan())  # noqa: SLF001


async def _step(database: Database) -> str | None:
    """Apply the first migration that is due; None when there is none."""
    async with database.transaction() as tx:
        if database.dialect == "postgres":
            await tx.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        executor = await _executor(database)
        with translated():
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=True))  # noqa: SLF001
            plan = await executor.plan()
            if not plan:
                return None
            await _apply(database, tx, executor, plan[0])
    return _name(plan[0])


async def _apply(
    database: Database, tx: Transaction, executor: MigrationExecutor, step: PlanStep
) -> None:
    applied = set(await executor.recorder.applied_migrations())
    before = await take_inventory(tx, database.dialect)
    declared_before = expected_indexes((await _state(executor, applied)).apps.apps)
    target = MigrationTarget(step.migration.app_label, step.migration.name)
    await executor.migrate([target], direction="forward")
    applied = set(await executor.recorder.applied_migrations())
    declared = expected_indexes((await _state(executor, applied)).apps.apps)
    await _mend_indexes(database, tx, declared)
    after = await take_inventory(tx, database.dialect)
    _check_rows(step, before, after)
    _check_indexes(step, before, after, declared_before - declared, declared)
    if database.dialect == "sqlite" and await tx.fetch("PRAGMA foreign_key_check"):
        raise DatabaseError("db.orphans", migration=_name(step))


async def _mend_indexes(
    database: Database, tx: Transaction, declared: frozenset[IndexShape]
) -> None:
    present = (await take_inventory(tx, database.dialect)).indexes
    for shape in sorted(declared - present, key=lambda shape: shape.name):
        await tx.execute(shape.create_sql)


def _check_rows(step: PlanStep, before: Inventory, after: Inventory) -> None:
    allowed = set(getattr(step.migration, _ROWS_MAY_GO, ()))
    for table, count in before.rows.items():
        if table not in allowed and after.rows.get(table, 0) < count:
            raise DatabaseError("db.rows_lost", table=table, migration=_name(step))


def _check_indexes(
    step: PlanStep,
    before: Inventory,
    after: Inventory,
    dropped: frozenset[IndexShape],
    declared: frozenset[IndexShape],
) -> None:
    allowed = set(getattr(step.migration, _INDEXES_MAY_GO, ()))
    lost = (before.indexes - after.indexes - dropped) | (declared - after.indexes)
    for shape in sorted(lost, key=lambda shape: shape.name):
        if shape.table in after.rows and shape.table not in allowed:
            raise DatabaseError("db.indexes_lost", table=shape.table, migration=_name(step))


async def _state(executor: MigrationExecutor, applied: set[Any]) -> State:
    return await executor._project_state(applied)  # noqa: SLF001 - the only way to a past state


async def _executor(database: Database) -> MigrationExecutor:
    """Make the executor and read the migration files in a thread: both touch the disk."""
    client, apps = database.writer, database.migrated_apps

    def made() -> MigrationExecutor:
        executor = MigrationExecutor(client, apps)
        executor.loader = _LoadedOnce(apps, executor.recorder)
        executor.loader.load_disk()
        return executor

    return await asyncio.to_thread(made)


class _LoadedOnce(MigrationLoader):
    """Reads the migration files once, in a thread: build_graph() would read them in the loop."""

    _loaded = False

    def load_disk(self) -> None:
        if not self._loaded:
            super().load_disk()
            self._loaded = True


@asynccontextmanager
async def _foreign_keys_off(database: Database) -> AsyncIterator[None]:
    """Switch SQLite's foreign keys off: a rebuilt table is dropped, and DROP cascades."""
    if database.dialect != "sqlite":
        yield
        return
    root = database.writer
    await root.execute_query("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        await finish(root.execute_query("PRAGMA foreign_keys=ON"))


def _name(step: PlanStep) -> str:
    return f"{step.migration.app_label}.{step.migration.name}"
