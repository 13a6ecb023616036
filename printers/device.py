"""One printer: its connection, its own thread, and an honest account of each slip sent.

A slip counts as confirmed only when the printer answers a query that stands behind the
slip's last byte in its buffer, and says that it is ready afterwards.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from printers.encode import encode, end_of_slip
from printers.errors import PortError, StalledError
from printers.ledger import Reason
from printers.port import CHUNK
from printers.raster import BAND_ROWS
from printers.status import (
    ASK_BEHIND_DATA,
    ASK_OFFLINE_CAUSE,
    ASK_PAPER,
    ASK_PRINTER,
    PrinterState,
    PrinterStatus,
    interpret,
    is_live_reply,
    is_queued_reply,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from printers.document import Document
    from printers.font import Font
    from printers.port import Transport, TransportFactory
    from printers.profile import Profile

P = ParamSpec("P")
T = TypeVar("T")

_STRAY = 8
"""Bytes of some other kind that may precede a reply."""
_LATE = 64
"""Answers to an earlier slip's questions that may still come."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for each step; `write` is for every `CHUNK` bytes, `confirm` for the whole slip."""

    open: float = 3.0
    reply: float = 1.0
    write: float = 3.0
    confirm: float = 15.0


class SendResult(StrEnum):
    """What is known after sending. After `NOT_SENT` no byte of the slip has gone out."""

    NOT_SENT = "not_sent"
    SENT = "sent"
    CONFIRMED = "confirmed"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """A result, and why it is not better: a `PrinterState` or a `Reason`."""

    result: SendResult
    reason: str = ""


class _Debt(StrEnum):
    """What an earlier slip left in the printer: nothing, an answer to come, or a torn command."""

    NONE = "none"
    ANSWER = "answer"
    TORN = "torn"


class Printer:
    """A printer behind a port. Calls take turns, and none raises for a bad printer."""

    def __init__(
        self,
        transport_factory: TransportFactory,
        profile: Profile,
        font: Font | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._factory = transport_factory
        self._profile = profile
        self._font = font
        self._deadlines = deadlines or Deadlines()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="printer")
        self._port: Transport | None = None
        self._debt = _Debt.NONE
        self._turn = asyncio.Lock()

    async def encode(self, document: Document) -> bytes:
        """The bytes of a slip; drawing happens on the printer's thread.

        Raises:
            DocumentError: when it cannot be printed.
        """
        return await self._call(encode, document, self._profile, self._font)

    async def status(self) -> PrinterStatus:
        """How the printer is now; no answer is `UNKNOWN`, no connection `OFFLINE`."""
        async with self._turn:
            return await self._call(self._status)

    async def send(self, data: bytes) -> SendOutcome:
        """Send a slip once and find out what became of it."""
        async with self._turn:
            return await self._send(data)

    def distrust(self) -> None:
        """Expect half a slip in the printer: it is finished and cut off before the next one."""
        self._debt = _Debt.TORN

    async def close(self) -> None:
        """Hang up and end the thread; a call under way ends by its own deadline."""
        await self._call(self._hang_up)
        self._thread.shutdown(wait=False)

    async def _send(self, data: bytes) -> SendOutcome:
        try:
            reason = await self._settle()
        except PortError:
            reason = PrinterState.OFFLINE
        if reason:
            await self._call(self._hang_up)
            return SendOutcome(SendResult.NOT_SENT, reason)
        try:
            await self._call(self._write, data)
            outcome = await self._outcome()
        except PortError as error:
            self._debt = _Debt.TORN
            stalled = isinstance(error, StalledError)
            reason = Reason.STALLED if stalled else Reason.DROPPED
            outcome = SendOutcome(SendResult.DOUBTFUL, reason)
        if outcome.result is SendResult.DOUBTFUL:
            await self._call(self._hang_up)
        return outcome

    async def _outcome(self) -> SendOutcome:
        """What the printer says, all bytes being out."""
        if not self._answering():
            self._debt = _Debt.NONE
            return SendOutcome(SendResult.SENT)
        if self._profile.confirms:
            reason = await self._answer_behind()
            if reason:
                return SendOutcome(SendResult.DOUBTFUL, reason)
        self._debt = _Debt.NONE
        status = await self._call(self._status)
        if not status.printable:
            return SendOutcome(SendResult.DOUBTFUL, status.state)
        confirmed = self._profile.confirms
        return SendOutcome(SendResult.CONFIRMED if confirmed else SendResult.SENT)

    async def _settle(self) -> str:
        """Pay the debt of an earlier slip, so that its late answer is not taken for ours."""
        port = await self._call(self._connected)
        if self._debt is _Debt.NONE:
            return ""
        if self._debt is _Debt.TORN:
            await self._call(port.write, self._mending(), self._deadlines.write)
        if self._profile.confirms and self._answering():
            reason = await self._answer_behind()
            if reason:
                return reason
            for _ in range(_LATE):
                if not await self._call(port.query, b"", 1, self._deadlines.reply):
                    break
            else:  # whatever talks without end is no printer that can be asked
                return PrinterState.UNKNOWN
        self._debt = _Debt.NONE
        return ""

    def _mending(self) -> bytes:
        """End a torn picture, which would swallow what follows, and cut off what it left.

        The bytes that fill up the picture are white, and outside of one mean nothing.
        """
        picture = bytes(self._profile.dots // 8 * BAND_ROWS)
        return picture + b"\x1b@\n" + end_of_slip(self._profile)

    async def _answer_behind(self) -> str:
        """Ask behind the data and listen: empty when answered, else the reason.

        While it is silent its real-time status is asked for, to hear early why it stopped.
        """
        port = await self._call(self._connected)
        await self._call(port.write, ASK_BEHIND_DATA, self._deadlines.write)
        ends = asyncio.get_running_loop().time() + self._deadlines.confirm
        while asyncio.get_running_loop().time() < ends:
            reply = await self._call(port.query, b"", 1, self._deadlines.reply)
            if not reply:
                await self._call(port.write, ASK_OFFLINE_CAUSE, self._deadlines.write)
            elif is_queued_reply(reply[0]):
                return ""
            elif is_live_reply(reply[0]):
                state = interpret(0, reply[0], 0)
                if state is not PrinterState.READY:
                    return state
        return Reason.SILENT

    def _write(self, data: bytes) -> None:
        port = self._connected()
        self._debt = _Debt.TORN
        for start in range(0, len(data), CHUNK):
            port.write(data[start : start + CHUNK], self._deadlines.write)
        self._debt = _Debt.ANSWER

    def _status(self) -> PrinterStatus:
        """Ask; a connection kept from before may have died unnoticed, so that one may fail."""
        attempts = 1 if self._port is None else 2
        for _ in range(attempts):
            try:
                return self._asked()
            except PortError:
                self._hang_up()
        return PrinterStatus(PrinterState.OFFLINE)

    def _asked(self) -> PrinterStatus:
        port = self._connected()
        if not self._answering():
            return PrinterStatus(PrinterState.UNKNOWN, answers=False)
        replies = []
        for question in (ASK_PRINTER, ASK_OFFLINE_CAUSE, ASK_PAPER):
            reply = self._live_reply(port, question)
            if reply is None:
                self._hang_up()
                return PrinterStatus(PrinterState.UNKNOWN)
            replies.append(reply)
        return PrinterStatus(interpret(*replies))

    def _live_reply(self, port: Transport, question: bytes) -> int | None:
        reply = port.query(question, 1, self._deadlines.reply)
        for _ in range(_STRAY):
            if not reply or is_live_reply(reply[0]):
                break
            reply = port.query(b"", 1, self._deadlines.reply)
        return reply[0] if reply and is_live_reply(reply[0]) else None

    def _answering(self) -> bool:
        return self._profile.status and self._port is not None and self._port.answers

    def _connected(self) -> Transport:
        if self._port is None:
            port = self._factory()
            try:
                port.open(self._deadlines.open)
            except PortError:
                port.close()
                raise
            self._port = port
        return self._port

    def _hang_up(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    async def _call(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: work(*args, **kwargs))
