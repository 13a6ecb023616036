"""`POST /api/v1/verifications`."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from helpdesk.app_keys import RESOURCES
from helpdesk.db import GroupCommit
from helpdesk.registry.store import RegistryStore
from helpdesk.texts import LANGUAGES
from helpdesk.verification import rules
from helpdesk.verification.lookup import Lookup
from helpdesk.verification.question import Question, Reading
from helpdesk.verification.service import IdempotencyError, VerificationService
from helpdesk.verification.store import WEB_PREFIX, CheckStore
from helpdesk.web import Call, Channel, Permission, RateLimited, RequestError
from helpdesk.web.callers import daily_channel, limiting_keys
from helpdesk.web.rate_limit import TokenBuckets
from helpdesk.wire.verification import (
    PATH,
    VerificationAnswer,
    VerificationRequest,
    advice_json,
    answer_json,
    asked_of,
    claim_of,
)
from invoices import claim as claims
from invoices import qr, record
from invoices.advice import AdviceCode
from invoices.errors import InvoiceError, RecordError
from invoices.rules import Policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from helpdesk.config import HelpdeskSection
    from helpdesk.resources import Resources
    from helpdesk.texts import Texts
    from helpdesk.web import Api

_log = structlog.stdlib.get_logger("helpdesk.verification")

_LINGER_SECONDS: Final = 0.004
"""Under load a transaction waits so long for company: fewer of them, each check the cheaper."""
_AGAIN: Final = {"Retry-After": "2"}
_EXAMPLES: Final = {
    "scanned": {"payload": "01,32,,26112000000000000001,106.00,20261120,,0000"},
    "typed": {"number": "26112000000000000001", "issued_on": "20261120", "amount": "106.00"},
}


class Desk:
    """What the route needs, made once the resources are open."""

    def __init__(self, service: VerificationService, resources: Resources) -> None:
        self.service = service
        self.ids = resources.ids
        per_minute = resources.config.security.guesses_per_minute
        self.guesses = TokenBuckets(per_minute, resources.clock)
        self.seconds = resources.config.helpdesk.check_seconds
        self.advice = advice_of(resources.texts)
        self.site = resources.config.helpdesk.public_site


DESK: web.AppKey[Desk] = web.AppKey("verification.desk", Desk)


def register(api: Api, app: web.Application) -> None:
    """Declare the operation."""
    app.cleanup_ctx.append(_desk)
    api.operation(
        "POST",
        PATH,
        name="verify",
        permission=Permission.VERIFY,
        summary="Check one invoice against the registry",
        body=VerificationRequest,
        answer=VerificationAnswer,
        idempotent=True,
        awaited=True,
        errors=(422, 429),
        tags=("verification",),
        examples=_EXAMPLES,
    )(verify)


async def _desk(app: web.Application) -> AsyncIterator[None]:
    resources = app[RESOURCES]
    database, ring = resources.database, resources.keys
    policy = policy_of(resources.config.helpdesk)
    lookup = Lookup(RegistryStore(database, ring), policy)
    store = CheckStore(database, ring, lookup, policy)
    async with GroupCommit(database, store.write, linger=_LINGER_SECONDS) as writing:
        service = VerificationService(writing, resources.clock, resources.config.centre.zone)
        app[DESK] = Desk(service, resources)
        yield


async def verify(call: Call[VerificationRequest]) -> web.Response:
    """Check an invoice; the answer leaves when the check is on the disk."""
    desk = call.app[DESK]
    guessers = limiting_keys(call.principal, call.address)
    if seconds := max(desk.guesses.wait(each) for each in guessers):
        raise RateLimited(seconds, "verification.guesses")
    try:
        async with asyncio.timeout(desk.seconds):
            recorded = await desk.service.check(_question(call, desk))
    except TimeoutError as error:
        # It may yet be recorded: asked again under the same id, it is answered once.
        _log.error("verification.late", request_id=call.request_id)
        raise RequestError("server.unavailable", status=503, headers=_AGAIN) from error
    except IdempotencyError as error:
        raise RequestError(error.code, status=422) from error
    if not recorded.repeated and rules.is_guess(recorded.outcome.verdict):
        for each in guessers:
            desk.guesses.spend(each)
    advice, token = desk.advice[call.language], recorded.token
    address = desk.site.record_address(recorded.record, token) if desk.site and token else ""
    body = answer_json(recorded.outcome, recorded.record, advice, token, address)
    return web.Response(body=body, content_type="application/json")


def policy_of(settings: HelpdeskSection) -> Policy:
    """The rules as configured; 0 turns one off."""
    return Policy(settings.next_day, settings.years or None, settings.daily_limit or None)


def advice_of(texts: Texts) -> Mapping[str, Mapping[AdviceCode, str]]:
    """Every advice in every language, looked up and written out once."""
    return {
        language: {
            code: advice_json(code, texts.of(language).text(f"advice.{code}"))
            for code in AdviceCode
        }
        for language in LANGUAGES
    }


def _question(call: Call[VerificationRequest], desk: Desk) -> Question:
    request = call.body
    kiosk = call.principal.channel is Channel.KIOSK
    return Question(
        op_id=call.idempotency_key or desk.ids.op_id(),
        read=partial(_reading, request),
        asked=asked_of(request),
        channel=daily_channel(call.principal),
        name=call.principal.name,
        record=_own_record(request.record, call.principal.name) if kiosk else "",
        numbered=not kiosk,
        token="" if kiosk else desk.ids.token(),
    )


def _reading(request: VerificationRequest) -> Reading:
    try:
        if not request.scanned:
            return Reading(claim_of(request))
        read = qr.read(request.payload)
        return Reading(claims.from_qr(read), read.crc)
    except InvoiceError:
        return Reading(None)


def _own_record(text: str, prefix: str) -> str:
    """A kiosk numbers its records itself, under its own prefix. Raises `RequestError` 422."""
    if not text:
        return ""
    try:
        number = record.parse(text)
    except RecordError as error:
        raise RequestError("verification.record", status=422) from error
    # Whoever holds the shared secret names itself: the web's own numbers stay the web's.
    if number.prefix != prefix or prefix == WEB_PREFIX:
        raise RequestError("verification.record", status=422)
    return record.make(number.prefix, number.day, number.counter)
