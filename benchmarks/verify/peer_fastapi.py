"""The peer: the same check on FastAPI, uvicorn (uvloop, httptools) and SQLAlchemy.

`python -m benchmarks.verify.peer_fastapi DATABASE KEYS`.

What a check is comes from the same pure functions as ours: reading the code, the rules, the
comparison, sealing, the blind index. What differs is what the two are built from: the request
layer, the database layer, and how they are joined. The peer does less than ours around it: no
rate limits, no request ids, no security headers.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response

from benchmarks.verify import peer_check
from benchmarks.verify.peer_check import Finding, Question
from benchmarks.verify.peer_store import CHECKS, INVOICES, PeerStore
from helpdesk.security import BlindIndex, KeyRing
from helpdesk.texts import LANGUAGES, load_texts
from helpdesk.wire.op_id import PATTERN
from helpdesk.wire.verification import PATH, VerificationAnswer, VerificationRequest
from invoices import canonical, record
from invoices.advice import AdviceCode
from invoices.claim import Claim
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
) -> Response:
    """Check an invoice; the answer leaves when the check is on the disk."""
    kit = kit_of(request)
    now = datetime.now(UTC)
    claim, crc = peer_check.claimed(body)
    asked = body.model_dump_json(exclude_unset=True)
    language = "en" if accept_language.startswith("en") else "zh_CN"
    question = Question(
        op_id=idempotency_key,
        digest=kit.digests.hex(f"{kiosk}\x1f{asked}".encode()),
        asked=asked,
        claim=claim,
        crc=crc,
        identity=_identity(kit, claim),
        record=_own_record(body.record, kiosk),
        at=now,
        day=now.astimezone(kit.zone).date(),
        sentences=kit.sentences[language],
    )
    answer = await kit.store.submit(question, await _finding(kit, question))
    if answer.digest != question.digest:
        raise HTTPException(422)
    return Response(answer.body, media_type="application/json")


def _identity(kit: Kit, claim: Claim | None) -> str | None:
    if claim is None or not claim.number:
        return None
    try:
        return kit.identities.hex(canonical.identity(claim.code, claim.number))
    except InvoiceError:
        return None


async def _finding(kit: Kit, question: Question) -> Finding:
    claim, identity = question.claim, question.identity
    finding = peer_check.refused(claim, question.day, kit.policy)
    if finding is not None:
        return finding
    assert claim is not None
    return peer_check.found(claim, None if identity is None else await kit.store.find(identity))


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
                identities=ring.index(INVOICES, "identity"),
                digests=ring.index(CHECKS, "digest"),
                access=ring.kiosk_access,
                policy=policy,
                zone=ZoneInfo("Asia/Shanghai"),
                sentences={
                    language: {
                        code: texts.of(language).text(f"advice.{code}") for code in AdviceCode
                    }
                    for language in LANGUAGES
                },
            )
            print(json.dumps({"listening": listening}), flush=True)
            yield

    app = FastAPI(lifespan=lifespan)
    app.post(PATH, responses={200: {"model": VerificationAnswer}})(verify)
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
