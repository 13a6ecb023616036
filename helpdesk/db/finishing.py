"""Run a piece of cleanup to its end even while the task around it is being cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["finish"]

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
