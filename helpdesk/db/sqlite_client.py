"""Tortoise's SQLite engine with transactions that survive cancellation and begin IMMEDIATE.

The stock engine takes its lock and then awaits BEGIN without a ``try``: one task cancelled
there leaves the lock taken for ever. It also begins DEFERRED, so that two processes that
read and then write get "database is locked" at once. Both are mended here by subclassing
internals of tortoise-orm 1.1.9, which is why that version is pinned exactly.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

from tortoise.backends.base.client import ConnectionWrapper, NestedTransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError, TransactionManagementError

from helpdesk.db.errors import DatabaseError
from helpdesk.db.finishing import finish

if TYPE_CHECKING:
    from types import TracebackType

    from tortoise.backends.base.client import TransactionalDBClient, TransactionContext

__all__ = ["SafeSqliteClient", "client_class", "sql_statements"]


def sql_statements(script: str) -> list[str]:
    """Split a script at the semicolons that end statements, not at those inside strings."""
    statements: list[str] = []
    pending = ""
    for piece in script.split(";"):
        pending += piece + ";"
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    if pending.strip(" \t\r\n;"):
        statements.append(pending.strip())
    return [statement for statement in statements if statement != ";"]


class SafeSqliteClient(SqliteClient):
    """The one writing connection of a SQLite file."""

    def _in_transaction(self) -> TransactionContext:
        return _ImmediateTransaction(_SafeWrapper(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Run one statement for each row, all or nothing (the stock one ignores cancellation)."""
        async with self._in_transaction() as client:
            await client.execute_many(query, values)

    async def reopen(self) -> None:
        """Close and open the connection: after a failed COMMIT its state is not trusted."""
        await self.close()
        await self.create_connection(with_db=True)


class _SafeWrapper(SqliteTransactionWrapper):
    """The connection while a transaction is open; only the task that opened it may use it."""

    def __init__(self, connection: SqliteClient) -> None:
        super().__init__(connection)
        self.owner = asyncio.current_task()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        refuse_foreign_task(self.owner)
        return ConnectionWrapper(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        refuse_foreign_task(self.owner)
        return NestedTransactionContext(_SafeWrapper(self))

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        # sqlite3.executescript() would commit the transaction first.
        for statement in sql_statements(query):
            await self.execute_query(statement)


class _ImmediateTransaction(SqliteTransactionContext):
    """Takes the lock, begins; on any failure or cancellation undoes both."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        self.token: Any = None
        try:
            await self.ensure_connection()
            self.token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            try:
                # The rollback queues behind a BEGIN that still runs in the thread.
                await finish(self._rollback())
            finally:
                self._leave()
            raise
        client: TransactionalDBClient = self.connection
        return client

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        try:
            if not self.connection._finalized:  # noqa: SLF001 - tortoise's own flag
                await finish(self._rollback() if exc_type else self._commit())
        finally:
            self._leave()

    async def _commit(self) -> None:
        try:
            await self.connection.commit()
        except sqlite3.IntegrityError:
            await self._rollback()
            raise
        except sqlite3.Error:
            # After a failed fsync a second try can falsely succeed: start afresh instead.
            await self.connection._parent.reopen()  # noqa: SLF001 - the client made above
            raise

    async def _rollback(self) -> None:
        connection = self.connection._connection  # noqa: SLF001 - the raw connection
        if connection is not None:
            await connection.rollback()
        self.connection._finalized = True  # noqa: SLF001 - tortoise's own flag

    def _leave(self) -> None:
        if self.token is not None:
            get_connections().reset(self.token)
        self._trxlock.release()


def refuse_foreign_task(owner: asyncio.Task[Any] | None) -> None:
    """Stop a task that inherited somebody else's transaction.

    On PostgreSQL it would meet a connection already given back, on SQLite it would write
    into a stranger's transaction unnoticed; here it fails the same way on both.

    Raises:
        DatabaseError: ``db.foreign_task``.
    """
    if asyncio.current_task() is not owner:
        raise DatabaseError("db.foreign_task") from TransactionManagementError()


client_class = SafeSqliteClient
