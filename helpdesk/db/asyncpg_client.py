"""Tortoise's PostgreSQL engine with transactions that give their connection back when cancelled.

The stock context acquires a pooled connection and then awaits BEGIN without a ``try``: a few
tasks cancelled there drain the pool for good. Subclasses internals of tortoise-orm 1.1.9.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from helpdesk.db.finishing import finish
from helpdesk.db.sqlite_client import refuse_foreign_task

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

    from tortoise.backends.base.client import TransactionalDBClient, TransactionContext

__all__ = ["SafeAsyncpgClient", "client_class"]


class SafeAsyncpgClient(AsyncpgDBClient):
    """The pool that transactions and the ORM use."""

    def _in_transaction(self) -> TransactionContext:
        return _SafePooled(_SafeWrapper(self), self._pool_init_lock)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        """Run one statement for each row, all or nothing (the stock one ignores cancellation)."""
        async with self._in_transaction() as client:
            await client.execute_many(query, values)


class _SafeWrapper(TransactionWrapper):
    """A connection while a transaction is open; only the task that opened it may use it."""

    def __init__(self, connection: AsyncpgDBClient) -> None:
        super().__init__(connection)
        self.owner = asyncio.current_task()

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        refuse_foreign_task(self.owner)
        return super().acquire_connection()

    def _in_transaction(self) -> TransactionContext:
        refuse_foreign_task(self.owner)
        return NestedTransactionContext(_SafeWrapper(self))


class _SafePooled(TransactionContextPooled):
    """Acquires, begins; on any failure or cancellation gives the connection back."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool  # noqa: SLF001 - the pool of the client above
        self.client._connection = await pool.acquire()  # noqa: SLF001 - as the stock one does
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            await self._leave(self._release())
            raise
        return self.client

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self._leave(self._end(failed=exc_type is not None))

    async def _leave(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await finish(work)
        finally:
            get_connections().reset(self.token)

    async def _end(self, *, failed: bool) -> None:
        try:
            if not self.client._finalized:  # noqa: SLF001 - tortoise's own flag
                await (self.client.rollback() if failed else self.client.commit())
        finally:
            await self._release()

    async def _release(self) -> None:
        # The pool itself resets a connection whose transaction is still open.
        pool = self.client._parent._pool  # noqa: SLF001 - the pool of the client above
        if pool:
            await pool.release(self.client._connection)  # noqa: SLF001 - acquired above


client_class = SafeAsyncpgClient
