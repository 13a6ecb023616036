"""Group commit: one task gathers small writes into one transaction and answers after COMMIT.

An fsync costs the same for one row as for a hundred, so under load many callers share one;
alone, a caller waits for nobody. Nobody is answered before the data is on the disk.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from helpdesk.db.errors import ConstraintError, DatabaseError
from helpdesk.db.finishing import finish
from helpdesk.errors import HelpdeskError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import TracebackType

    from helpdesk.db.database import Database
    from helpdesk.db.transaction import Transaction

__all__ = ["GroupCommit"]

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(slots=True)
class _Waiter(Generic[ItemT, ResultT]):
    item: ItemT
    done: asyncio.Future[ResultT]


class GroupCommit(Generic[ItemT, ResultT]):
    """Writes items durably, many to a transaction. Use as an async context manager.

    ``apply(tx, items)`` writes a whole batch and returns one result an item, in order. When
    it raises, the batch is rolled back and each item is tried in a transaction of its own,
    so that one bad item fails alone, unless no transaction can begin: then all fail at once.
    A COMMIT that fails, unless a constraint refused it, is never tried again: whether it
    reached the disk is unknown, and only the callers know by which ids to ask.
    ``apply`` must therefore have no effect but through ``tx``. ``linger`` (seconds) is how
    long a batch waits for company once there is evidence of load (the batch before had more
    than one item).
    """

    def __init__(
        self,
        database: Database,
        apply: Callable[[Transaction, Sequence[ItemT]], Awaitable[Sequence[ResultT]]],
        *,
        max_items: int = 256,
        linger: float = 0.001,
    ) -> None:
        self._database = database
        self._apply = apply
        self._max_items = max_items
        self._linger = linger
        self._waiting: list[_Waiter[ItemT, ResultT]] = []
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="group-commit")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what was submitted, then end; a cancellation waits for that too."""
        self._closing = True
        self._arrived.set()
        if self._task is not None:
            await finish(_ended(self._task))

    async def submit(self, item: ItemT) -> ResultT:
        """Write ``item`` and return its result once it is committed.

        Cancelling the caller before its batch has begun withdraws the item; later, the
        write goes on and only the answer is lost. The others are not affected.

        Raises:
            DatabaseError: ``db.closed`` after the end; or what the transaction raised.
            HelpdeskError: Whatever ``apply`` raised for this item.
        """
        if self._closing or self._task is None:
            raise DatabaseError("db.closed")
        done: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiter(item, done))
        self._arrived.set()
        return await done

    async def _run(self) -> None:
        alone = True
        while await self._some():
            if not alone and len(self._waiting) < self._max_items and not self._closing:
                await asyncio.sleep(self._linger)
            batch = self._take()
            alone = len(batch) <= 1
            if batch:
                await self._write(batch)

    async def _some(self) -> bool:
        """Wait for work; False when there is none and none will come."""
        while not self._waiting:
            if self._closing:
                return False
            self._arrived.clear()
            await self._arrived.wait()
        return True

    def _take(self) -> list[_Waiter[ItemT, ResultT]]:
        batch = self._waiting[: self._max_items]
        del self._waiting[: self._max_items]
        return [waiter for waiter in batch if not waiter.done.done()]

    async def _write(self, batch: list[_Waiter[ItemT, ResultT]]) -> Exception | None:
        """Write and answer a batch; the error where no transaction could even begin."""
        try:
            results = await self._commit(batch)
        except _NotBegunError as failure:
            # No item is to blame, and to ask a database that is gone for each takes for ever.
            for waiter in batch:
                _fail(waiter, failure.error)
            return failure.error
        except _CommitFailed as failure:
            for waiter in batch:
                _fail(waiter, failure.error)
        except Exception as error:  # noqa: BLE001 - handed to the one waiter it belongs to
            if len(batch) == 1:
                _fail(batch[0], error)
            else:
                await self._write_each(batch)
        else:
            for waiter, result in zip(batch, results, strict=True):
                if not waiter.done.done():
                    waiter.done.set_result(result)
        return None

    async def _write_each(self, batch: list[_Waiter[ItemT, ResultT]]) -> None:
        gone: Exception | None = None
        for waiter in batch:
            if gone is None:
                gone = await self._write([waiter])
            else:
                _fail(waiter, gone)

    async def _commit(self, batch: list[_Waiter[ItemT, ResultT]]) -> Sequence[ResultT]:
        begun = applied = False
        try:
            async with self._database.transaction() as tx:
                begun = True
                results = await self._applied(tx, batch)
                applied = True
        except Exception as error:
            if not begun:
                raise _NotBegunError(error) from error
            if applied and not isinstance(error, ConstraintError):
                raise _CommitFailed(error) from error
            raise
        return results

    async def _applied(
        self, tx: Transaction, batch: list[_Waiter[ItemT, ResultT]]
    ) -> Sequence[ResultT]:
        results = await self._apply(tx, [waiter.item for waiter in batch])
        if len(results) != len(batch):
            raise HelpdeskError("db.batch")
        return results


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])
    task.result()


class _NotBegunError(Exception):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _CommitFailed(Exception):  # noqa: N818 - a signal inside this module
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _fail(waiter: _Waiter[ItemT, ResultT], error: BaseException) -> None:
    if not waiter.done.done():
        waiter.done.set_exception(error)
