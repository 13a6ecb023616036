"""Run work to its end whatever becomes of the task that asked for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from helpdesk.db.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["finish", "within"]

ResultT = TypeVar("ResultT")


async def finish(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Await ``work`` to its end, then deliver a cancellation that arrived meanwhile.

    Returns what ``work`` returns and raises what it raises; a cancellation of the caller
    wins over the result but never interrupts the work.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        # Fetch the outcome, else asyncio reports an exception nobody looked at.
        if not task.cancelled():
            task.exception()
        raise cancelled
    return task.result()


async def within(seconds: float, work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Await ``work`` for so long at the most; beyond that it goes on by itself.

    For transactions: a COMMIT that was sent cannot be called back, and is waited for in the
    background, but not by a caller who has a deadline.

    Raises:
        DatabaseError: ``db.unavailable`` when time is up; what came of the work is unknown.
    """
    task = asyncio.ensure_future(work)
    # Fetch the outcome, else asyncio reports an exception nobody looked at.
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        raise DatabaseError("db.unavailable", reason="deadline")
    return task.result()
