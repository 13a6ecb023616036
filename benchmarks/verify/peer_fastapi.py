"""The peer: the same check on FastAPI, uvicorn (uvloop, httptools) and SQLAlchemy.

`python -m benchmarks.verify.peer_fastapi DATABASE KEYS`.

What a check is comes from the same pure functions as ours: reading the code, the rules, the
comparison, sealing, the blind index, the models of request and answer. What differs is what
the two are built from: the request layer, the database layer, and how they are joined. The
peer does less than ours around it: no rate limits, no request ids, no security headers.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Request

from benchmarks.verify.peer_store import PeerStore
from helpdesk.registry.store import TABLE as REGISTRY
from helpdesk.security import BlindIndex, KeyRing
from helpdesk.texts import load_texts
from helpdesk.verification import rules
from helpdesk.verification.routes import sentences_of
from helpdesk.verification.store import TABLE, Pending
from helpdesk.wire.op_id import PATTERN
from helpdesk.wire.verification import (
    PATH,
    VerificationAnswer,
    VerificationRequest,
    claim_of,
    from_outcome,
)
from invoices import canonical, qr, record
from invoices.advice import AdviceCode
from invoices.claim import Claim, from_qr
from invoices.crc import CrcState
from invoices.errors import InvoiceError
from invoices.rules import Policy

SCHEME: Final = "Yanpiao-Kiosk "


@dataclass(frozen=True, slots=True)
class Kit:
    """What a request needs."""

    store: PeerStore
    identities: BlindIndex
    digests: BlindIndex
    access: bytes
    policy: Policy
    zone: ZoneInfo
    sentences: dict[str, dict[AdviceCode, str]]


def kit_of(request: Request) -> Kit:
    """The kit of this application."""
    kit = request.app.state.kit
    assert isinstance(kit, Kit)
    return kit


async def kiosk_of(request: Request, authorization: Annotated[str, Header()]) -> str:
    """The prefix of the kiosk that calls."""
    prefix, _, secret = authorization.removeprefix(SCHEME).partition(":")
    try:
        known = hmac.compare_digest(bytes.fromhex(secret), kit_of(request).access)
    except ValueError:
        known = False
    if not known:
        raise HTTPException(401)
    return prefix


async def verify(
    request: Request,
    body: VerificationRequest,
    kiosk: Annotated[str, Depends(kiosk_of)],
    idempotency_key: Annotated[str, Header(pattern=PATTERN)],
    accept_language: Annotated[str, Header()] = "zh-CN",
) -> VerificationAnswer:
    """Check an invoice; the answer leaves when the check is on the disk."""
    kit = kit_of(request)
    now = datetime.now(UTC)
    today = now.astimezone(kit.zone).date()
    claim, crc = _claimed(body)
    identity = _identity(kit, claim)
    finding = await _finding(kit, claim, identity, today)
    asked = body.model_dump_json(exclude_unset=True, exclude={"record"})
    digest = kit.digests.hex(f"kiosk\x1f{kiosk}\x1f{body.record}\x1f{asked}".encode())
    pending = Pending(
        op_id=idempotency_key,
        digest=digest,
        claim=claim,
        crc=crc,
        finding=finding,
        identity=identity,
        channel="kiosk",
        record=_own_record(body.record, kiosk),
        numbered=False,
        day=today,
        at=now,
    )
    recorded = await kit.store.submit(pending)
    if recorded.digest != digest:
        raise HTTPException(422)
    sentences = kit.sentences["en" if accept_language.startswith("en") else "zh_CN"]
    return from_outcome(recorded.outcome, recorded.record, sentences.__getitem__)


def _claimed(body: VerificationRequest) -> tuple[Claim | None, CrcState | None]:
    try:
        if not body.scanned:
            return claim_of(body), None
        read = qr.read(body.payload)
        return from_qr(read), read.crc
    except InvoiceError:
        return None, None


def _identity(kit: Kit, claim: Claim | None) -> str | None:
    if claim is None or not claim.number:
        return None
    try:
        return kit.identities.hex(canonical.identity(claim.code, claim.number))
    except InvoiceError:
        return None


async def _finding(
    kit: Kit, claim: Claim | None, identity: str | None, today: date
) -> rules.Finding:
    finding = rules.refused(claim, today, kit.policy)
    if finding is not None or claim is None:
        return finding or rules.UNREADABLE
    return rules.found(claim, None if identity is None else await kit.store.find(identity))


def _own_record(text: str, prefix: str) -> str:
    try:
        number = record.parse(text)
    except InvoiceError as error:
        raise HTTPException(422) from error
    if number.prefix != prefix:
        raise HTTPException(422)
    return record.make(number.prefix, number.day, number.counter)


def make_app(database: Path, keys: Path, listening: str) -> FastAPI:
    """The application; it tells `listening` on its output once it takes requests."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        ring = await asyncio.to_thread(KeyRing.open, keys)
        policy = Policy()
        store = PeerStore(database, ring, policy)
        texts = await asyncio.to_thread(load_texts)
        async with store.opened():
            app.state.kit = Kit(
                store=store,
                identities=ring.index(REGISTRY, "identity"),
                digests=ring.index(TABLE, "digest"),
                access=ring.kiosk_access,
                policy=policy,
                zone=ZoneInfo("Asia/Shanghai"),
                sentences={code: dict(said) for code, said in sentences_of(texts).items()},
            )
            print(json.dumps({"listening": listening}), flush=True)
            yield

    app = FastAPI(lifespan=lifespan)
    app.post(PATH)(verify)
    return app


def main(database: Path, keys: Path) -> None:
    """Serve until SIGTERM."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        host, port = listener.getsockname()[:2]
        app = make_app(database, keys, f"{host}:{port}")
        config = uvicorn.Config(
            app, loop="uvloop", http="httptools", access_log=False, log_level="warning"
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
