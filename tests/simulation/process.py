"""Processes that can be killed: whatever tasks one has begun end with it, and do no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from tests.simulation.disk import Session

ResultT = TypeVar("ResultT")

_PRESENT: ContextVar[Process | None] = ContextVar("process", default=None)


class Process:
    """One life of a kiosk or a server: a session with its disk, and all its tasks."""

    def __init__(self, name: str) -> None:
        self.died = asyncio.Event()
        self.session = Session(name, self.died.set)
        self._tasks: dict[asyncio.Task[Any], None] = {}

    @property
    def alive(self) -> bool:
        return self.session.alive

    def spawn(self, work: Coroutine[Any, Any, ResultT]) -> asyncio.Task[ResultT]:
        """Begin a task that is this process's, with all that it begins itself."""
        context = copy_context()
        context.run(_PRESENT.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    async def reap(self) -> None:
        """The process is dead: nothing of it goes on."""
        while tasks := [task for task in self._tasks if not task.done()]:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=1.0)
        self.session.bury()

    def own(self, task: asyncio.Task[Any]) -> None:
        self._tasks[task] = None
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        del self._tasks[task]
        if not task.cancelled():
            # The product's own tasks are watched where they are begun.
            task.exception()


def adopting(make: Callable[..., asyncio.Task[Any]]) -> Callable[..., asyncio.Task[Any]]:
    """A task factory that gives each task to the process that begins it."""

    def factory(
        loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
    ) -> asyncio.Task[Any]:
        context = options.get("context")
        process = _PRESENT.get() if context is None else context.get(_PRESENT)
        task = make(work, loop=loop, **options)
        if process is not None:
            process.own(task)
        return task

    return factory
