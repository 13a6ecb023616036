"""The machine at work: prints what arrives, at its pace, and answers whoever is connected."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from printers.virtual.machine import Fault, Machine
from printers.virtual.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from printers.font import Font
    from printers.virtual.paper import Slip

_RATE = 200
"""Bytes a second of a slow printer, unless told otherwise."""


class Engine:
    """A printer without a plug. What carries its bytes calls `connect` and `deliver`.

    With `out`, each slip is written there as text and, given a font, as a picture.
    """

    def __init__(
        self, *, dots: int = 384, font: Font | None = None, out: Path | None = None
    ) -> None:
        self._machine = Machine(dots)
        self._shelf = Shelf(font, out)
        self._rate = _RATE
        self._outlet: Callable[[bytes], None] | None = None
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    @property
    def slips(self) -> Sequence[Slip]:
        """The slips cut so far, oldest first."""
        return self._machine.slips

    @property
    def faults(self) -> frozenset[Fault]:
        """What is wrong with it now."""
        return self._machine.faults

    @property
    def waiting(self) -> int:
        """Bytes in its buffer, not yet printed."""
        return self._machine.waiting

    @property
    def shelf(self) -> Shelf:
        """Where slips go as files."""
        return self._shelf

    async def start(self) -> None:
        """Begin to print."""
        self._worker = asyncio.create_task(self._work(), name="virtual printer")

    async def stop(self) -> None:
        """Switch off; what was printed stays."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker
        await self._shelf.close()

    def fail(self, fault: Fault, after: int = 0, rate: int = _RATE) -> None:
        """Let a fault happen, now or after so many bytes; `rate` is for a slow printer."""
        self._rate = rate
        self._machine.fail(fault, after)
        self._wake.set()

    def mend(self) -> None:
        """Put everything right; what is in the buffer gets printed now."""
        self._machine.mend()
        self._changed.set()
        self._wake.set()

    def tear(self) -> None:
        """Tear the paper off, as people do where there is no cutter."""
        self._machine.tear()
        self._wake.set()

    def connect(self, outlet: Callable[[bytes], None]) -> None:
        """Answers go there from now on, also the late ones."""
        self._outlet = outlet

    def disconnect(self, outlet: Callable[[bytes], None]) -> None:
        """Nobody listens there any more."""
        if self._outlet == outlet:
            self._outlet = None

    def deliver(self, data: bytes) -> bool:
        """Take bytes; false when the connection must break after them."""
        self._machine.receive(data)
        self._answer()
        self._wake.set()
        dropped = Fault.DROP in self.faults
        self._machine.clear(Fault.DROP)
        return not dropped

    async def ready(self) -> None:
        """Wait while it takes no bytes."""
        while Fault.STUCK in self.faults:
            self._changed.clear()
            await self._changed.wait()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._print()
            await self._shelf.keep(self.slips)

    async def _print(self) -> None:
        while done := self._machine.work(1 if Fault.SLOW in self.faults else None):
            self._answer()
            if Fault.SLOW in self.faults:
                await asyncio.sleep(done / self._rate)

    def _answer(self) -> None:
        replies = self._machine.take_replies()
        if replies and self._outlet is not None:
            self._outlet(replies)
