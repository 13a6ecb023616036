"""The kiosk's way to a server, put together as bootstrap does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from invoices.claim import Claim
from invoices.outcome import Outcome
from kiosk import link as links
from kiosk.clock import Clock
from kiosk.helpdesk_client import Access, HttpTransport
from kiosk.identity.calls import ServerCalls
from kiosk.identity.identity import Identity
from kiosk.link import LinkWatch
from kiosk.online_verifier import OnlineVerifier
from tests.kiosk.stand_ins import HandClock, counted_bytes


@dataclass
class OnlineClient:
    transport: HttpTransport
    link: LinkWatch
    calls: ServerCalls

    async def verify(self, op_id: str, claim: Claim, deadline: float) -> Outcome:
        return await OnlineVerifier(self.calls).verify(op_id, claim, deadline)

    async def probe(self) -> bool:
        return await links.probe(self.calls)


@asynccontextmanager
async def client_of(
    port: int,
    access: Access | None = None,
    *,
    clock: Clock | None = None,
    identity: Callable[[], Identity | None] = lambda: None,
) -> AsyncIterator[OnlineClient]:
    clock = clock or HandClock()
    link, transport = LinkWatch(clock), HttpTransport(f"http://127.0.0.1:{port}/")
    transport.open()
    header = access.header if access else None
    calls = ServerCalls(transport, link, clock, counted_bytes(), identity, header)
    try:
        yield OnlineClient(transport, link, calls)
    finally:
        await transport.close()
