"""The network between a kiosk's real calls and the server's real handlers.

It loses, repeats, delays and reorders requests, cuts and loses answers, and lies: it alters
answers, gives earlier ones again, or another kiosk's, or its own. Requests it does not alter:
that the server refuses such is tested where signatures are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from helpdesk.wire.op_id import IDEMPOTENCY_KEY
from helpdesk.wire.request_signature import SIGNATURE
from kiosk.transport import ANSWER_LIMIT, Call, Reply, TransportError
from tests.simulation.http import AUTHORITY
from tests.simulation.lies import Lies
from tests.simulation.process import Process

MINUTE = 60.0


@dataclass
class Weather:
    """How likely each fault is for each call; nothing of it once healed."""

    lost: float = 0.0
    late: float = 0.0
    repeated: float = 0.0
    unanswered: float = 0.0
    lies: float = 0.0
    busy: float = 0.0
    wedged: float = 0.0


@dataclass
class Link:
    """One kiosk's way to the server."""

    chance: Random
    weather: Weather
    answer: Callable[[Call], Awaitable[Reply | None]]
    lies: Lies
    asked: set[str]
    """Operations that reached the server as questions."""
    up: bool = True
    silent: bool = False
    wedged: bool = False
    reconnected: int = 0
    background: list[asyncio.Task[None]] = field(default_factory=list)

    authority = AUTHORITY

    async def reconnect(self) -> None:
        self.reconnected += 1
        self.wedged = False

    async def exchange(self, call: Call, deadline: float, limit: int = ANSWER_LIMIT) -> Reply:
        try:
            async with asyncio.timeout(deadline):
                reply = await self._exchanged(call)
        except TimeoutError as error:
            raise TransportError("server.timeout", passing=True) from error
        if len(reply.body) > limit:
            raise TransportError("server.size", passing=False)
        return reply

    async def _exchanged(self, call: Call) -> Reply:
        await asyncio.sleep(0.001 + 0.02 * self.chance.random())
        weather = self.weather
        if self._befalls(weather.wedged):
            self.wedged = True
        if self.wedged or (not self.up and self.silent):
            await _never()
        if not self.up:
            raise TransportError("server.refused", passing=True)
        if self._befalls(weather.busy):
            return self.lies.busy()
        if self._befalls(weather.lost):
            await _never()
        if self._befalls(weather.repeated):
            self._later(call, MINUTE * self.chance.random())
        if self._befalls(weather.late):
            self._later(call, 2 * MINUTE * self.chance.random())
            await _never()
        self.asked.add(call.headers.get(IDEMPOTENCY_KEY, ""))
        reply = await self.answer(call)
        if reply is None:
            raise TransportError("server.reset", passing=True)
        return await self._returned(call, reply)

    async def _returned(self, call: Call, reply: Reply) -> Reply:
        if self._befalls(self.weather.unanswered):
            if self.chance.random() < 0.5:
                await _never()
            raise TransportError("server.reset", passing=True)
        told = reply
        # Answers to a kiosk that was never enrolled are proved by nothing but the connection.
        if self._befalls(self.weather.lies) and SIGNATURE in call.headers:
            told = self.lies.told(call, reply)
        self.lies.heard(call, reply)
        await asyncio.sleep(0.02 * self.chance.random())
        return told

    def _later(self, call: Call, seconds: float) -> None:
        async def delivered() -> None:
            await asyncio.sleep(seconds)
            self.asked.add(call.headers.get(IDEMPOTENCY_KEY, ""))
            await self.answer(call)

        process = Process("network")
        self.background.append(process.spawn(delivered()))

    def _befalls(self, likely: float) -> bool:
        return likely > 0 and self.chance.random() < likely


async def _never() -> None:
    await asyncio.Event().wait()
