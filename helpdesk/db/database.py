"""The database: one writer, reads beside it, transactions that nest and survive cancellation."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self

import asyncpg
from tortoise.backends.sqlite.client import SqliteTransactionWrapper
from tortoise.context import TortoiseContext, _current_context

from helpdesk.db.address import PostgresAddress, SqliteAddress, parse_address
from helpdesk.db.apps import MODELS
from helpdesk.db.asyncpg_client import SafeAsyncpgClient
from helpdesk.db.credentials import credentials
from helpdesk.db.errors import DatabaseError, translated, translated_orm
from helpdesk.db.finishing import finish
from helpdesk.db.owner import Ownership
from helpdesk.db.sqlite_client import SafeSqliteClient, refuse_foreign_task
from helpdesk.db.sqlite_reader import SqliteReader
from helpdesk.db.transaction import PostgresTransaction, SqliteTransaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from helpdesk.db.transaction import Row, Transaction, Value

__all__ = ["Database", "database_of"]

_POOL = 5
_SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    # What a person was told is saved must outlive a power cut.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    "journal_size_limit": str(64 * 1024 * 1024),
}


class Database:
    """An open database. Made by :meth:`open`; :meth:`close` it whatever happens.

    A value that goes in or comes out is an int, str, bytes, float or None on both
    databases; dates are kept as text or numbers, so that no driver converts them.
    """

    def __init__(
        self,
        address: SqliteAddress | PostgresAddress,
        context: TortoiseContext,
        ownership: Ownership | None,
    ) -> None:
        self._address = address
        self._context = context
        self._ownership = ownership
        self._reader: SqliteReader | None = None
        self._pool: Any = None
        self._root: Any = None
        self._closed = False
        self._apps: dict[str, dict[str, Any]] = {}
        self.known_migrations: tuple[str, ...] | None = None
        """Names of the migrations on the disk, once ``helpdesk.db.migration`` has read them."""

    @property
    def dialect(self) -> Literal["sqlite", "postgres"]:
        """The SQL spoken, where it matters to a statement."""
        return "sqlite" if isinstance(self._address, SqliteAddress) else "postgres"

    @property
    def address(self) -> SqliteAddress | PostgresAddress:
        """Where the data is."""
        return self._address

    @classmethod
    async def open(cls, url: str, *, models: Mapping[str, tuple[str, str]] = MODELS) -> Self:
        """Open ``url``; on SQLite become the owner of the file, creating it when absent.

        ``models`` maps a slice to its modules of models and of migrations.

        Raises:
            DatabaseError: ``db.url``, ``db.owned``, ``db.path`` or ``db.unavailable``.
        """
        address = parse_address(url)
        ownership = Ownership(address.path) if isinstance(address, SqliteAddress) else None
        if ownership is not None:
            await asyncio.to_thread(ownership.take)
        database = cls(address, TortoiseContext(), ownership)
        try:
            with translated():
                await database._connect(models)
        except BaseException:
            await finish(database.close())
            raise
        return database

    async def close(self) -> None:
        """Close every connection and thread, then give up ownership. Safe to call twice."""
        self._closed = True
        try:
            # Readers first: the writer, last to leave, checkpoints.
            if self._reader is not None:
                await self._reader.close()
            if self._pool is not None:
                await self._pool.close()
            if self._context.inited:
                with self.orm():
                    await self._context.close_connections()
        finally:
            if self._ownership is not None:
                self._ownership.release()

    async def read(self, sql: str, *args: Value) -> list[Row]:
        """Run a query outside any transaction, beside the writer, on committed data.

        Raises:
            DatabaseError: ``db.unavailable``, ``db.closed``.
        """
        if self._closed:
            raise DatabaseError("db.closed")
        if self._reader is not None:
            return await self._reader.read(sql, *args)
        with translated():
            return [tuple(row) for row in await self._pool.fetch(sql, *args)]

    @contextmanager
    def orm(self) -> Iterator[None]:
        """Let model classes find this database, in whatever task the block runs."""
        token = _current_context.set(self._context)
        try:
            yield
        finally:
            _current_context.reset(token)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction, or a savepoint when this task already has one open.

        Committed when the block ends, rolled back when it raises or is cancelled. On SQLite
        it is IMMEDIATE. Model classes used inside belong to it.

        Raises:
            ConstraintError, DatabaseError: From the block's statements or from COMMIT;
                ``db.foreign_task`` in a task that inherited somebody else's transaction.
        """
        with self.orm():
            context = self._client()._in_transaction()  # noqa: SLF001 - tortoise's own way in
            with translated():
                client = await context.__aenter__()
            try:
                with translated_orm():
                    yield self._wrap(client)
            except BaseException:
                with translated():
                    await context.__aexit__(*sys.exc_info())
                raise
            with translated():
                await context.__aexit__(None, None, None)

    @property
    def writer(self) -> Any:
        """Tortoise's client: the open transaction of this task, else the root."""
        return self._client()

    @property
    def migrated_apps(self) -> dict[str, dict[str, Any]]:
        """The slices with models, as tortoise's migrations want them told."""
        return self._apps

    def _client(self) -> Any:
        """Tortoise's client: the open transaction of this task, else the root."""
        if self._closed:
            raise DatabaseError("db.closed")
        client: Any = self._context.connections.get(self.dialect)
        if client is self._root:
            return client
        if client._finalized:  # noqa: SLF001 - a task that outlived the transaction it was born in
            return self._root
        refuse_foreign_task(client.owner)
        return client

    def _wrap(self, client: Any) -> Transaction:
        connection = client._connection  # noqa: SLF001 - the driver's connection
        if isinstance(client, SqliteTransactionWrapper):
            return SqliteTransaction(connection)
        return PostgresTransaction(connection)

    async def _connect(self, models: Mapping[str, tuple[str, str]]) -> None:
        with self.orm():
            config = await asyncio.to_thread(self._tortoise_config, models)
            await self._context.init(config=config)
            self._root = self._context.connections.get(self.dialect)
            await self._root.create_connection(with_db=True)
        if isinstance(self._address, SqliteAddress):
            self._reader = SqliteReader(self._address.path)
            await self._reader.open()
        else:
            given = await asyncio.to_thread(credentials, self._address)
            self._pool = await asyncpg.create_pool(**given, min_size=1, max_size=_POOL)

    def _tortoise_config(self, models: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
        engine: type[Any]
        given: dict[str, Any]
        if isinstance(self._address, SqliteAddress):
            engine, given = SafeSqliteClient, {"file_path": str(self._address.path)}
            given |= _SQLITE_PRAGMAS
        else:
            engine, given = SafeAsyncpgClient, credentials(self._address)
            given |= {"minsize": 1, "maxsize": _POOL}
        # Tortoise caches statements by the connection's name: one name for two dialects mixes them.
        self._apps = {
            name: {"models": [module], "migrations": migrations, "default_connection": self.dialect}
            for name, (module, migrations) in models.items()
        }
        return {
            "connections": {self.dialect: {"engine": engine.__module__, "credentials": given}},
            "apps": self._apps,
        }


@asynccontextmanager
async def database_of(
    url: str, *, models: Mapping[str, tuple[str, str]] = MODELS
) -> AsyncIterator[Database]:
    """Open a database for the length of a block."""
    database = await Database.open(url, models=models)
    try:
        yield database
    finally:
        await finish(database.close())
