"""Who comes in, how often, and with how much: credentials, rate limits, bodies of one application.

The order is the point. A caller's headers say who it is; then it is counted; only then its body
is read, within the bounds of its kind. So nobody makes the server work beyond their share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import web

from helpdesk.security.purposes import OPERATOR_ACCESS
from helpdesk.texts import Catalogue
from helpdesk.web.body import BodyLimit, read_body
from helpdesk.web.callers import SHARED, is_shared
from helpdesk.web.client_address import client_address, limiting_key
from helpdesk.web.errors import RateLimited, RequestError
from helpdesk.web.permission import Channel, Permission, Standing
from helpdesk.web.principals import CHALLENGE, Principals
from helpdesk.web.rate_limit import TokenBuckets
from helpdesk.web.signatures import as_signed
from helpdesk.wire.request_signature import SIGNATURE_INPUT

if TYPE_CHECKING:
    from helpdesk.resources import Resources
    from helpdesk.web.names import Names
    from helpdesk.web.operation import Operation
    from helpdesk.web.permission import Principal
    from helpdesk.web.signatures import Signatures, SignedCall

__all__ = ["GUARD", "REQUEST_ID", "TEXTS", "Caller", "Guard"]

BLOCKED_LENGTH: Final = 2 << 20
"""Bytes a kiosk that is fenced or quarantined may send at once: one batch of a kiosk fits."""
BLOCKED_PER_MINUTE: Final = 6
PROBES_PER_MINUTE: Final = 600
"""Health probes of one address."""

_FORGERIES: Final = 10
"""How many more signatures may fail that name a kiosk's key than others: who shares an address with
a kiosk, as visitors' telephones may, hardly shuts it out so. Each takes us half a millisecond."""

_KIOSK_PATIENCE: Final = 2
"""A kiosk may be on a slow line; whoever does not prove to be one gets half its time."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, counted; ``signed`` while the body is still to be held against a signature."""

    principal: Principal
    signed: SignedCall | None = None


class Guard:
    """Made once the resources are open."""

    def __init__(self, resources: Resources) -> None:
        settings, clock = resources.config.helpdesk, resources.clock
        self._proxies = settings.proxies
        self._body_limit = settings.body_limit
        self._body_seconds = settings.body_seconds
        ring = resources.keys
        shared = ring.kiosk_access if resources.config.security.shared_access else None
        self._principals = Principals(shared, ring.secret(OPERATOR_ACCESS))
        self.signatures: Signatures | None = None
        """Set by the slice that knows the kiosks' keys, before the first request."""
        self.names: Names | None = None
        """Set likewise."""
        anonymous, kiosk = settings.requests_per_minute, settings.kiosk_requests_per_minute
        self._addresses = TokenBuckets(anonymous, clock)
        self._failures = TokenBuckets(anonymous, clock)
        # Strangers may share an address with kiosks: these are not shut out by what names no key.
        self._forged = TokenBuckets(anonymous * _FORGERIES, clock)
        self._probes = TokenBuckets(PROBES_PER_MINUTE if anonymous else 0, clock)
        self._kiosks = TokenBuckets(kiosk, clock)
        # Of what all without enrolment have together, no one address takes more than half.
        self._shared_addresses = TokenBuckets((kiosk + 1) // 2, clock)
        self._blocked = TokenBuckets(BLOCKED_PER_MINUTE, clock)

    def address(self, request: web.Request) -> str:
        """Return the caller's address."""
        if not self._proxies:
            return client_address(request.remote, None, ())
        # Several header lines mean the same as one line with commas.
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        return client_address(request.remote, forwarded, self._proxies)

    async def admitted(self, request: web.Request, address: str, operation: Operation) -> Caller:
        """Return who calls, once it is known that they do not call too often.

        The body was not read then, unless it is a kiosk's whose clock is wrong: that one is
        let finish, so that it hears the challenge.

        Raises:
            RequestError: 401 for credentials that prove nothing, 403 for the shared secret
                under a name that is an enrolled kiosk's.
            RateLimited: 429; a failed authentication counts for the address it came from, and
                an address with too many of them is refused before any is looked at. Those
                that name the key of a kiosk count apart, and ten times as many may.
        """
        key = limiting_key(address)
        proving = "Authorization" in request.headers or SIGNATURE_INPUT in request.headers
        failures = self._forged if self._names_known_key(request) else self._failures
        if proving and (seconds := failures.wait(key)):
            raise RateLimited(seconds)
        try:
            caller = await self._caller(request, operation)
        except RequestError:
            self._count(failures, key)
            raise
        self._count_call(caller.principal, key, operation)
        if caller.signed is not None and caller.signed.refusal is not None:
            await read_body(request, self._limit(caller.principal, operation))
            raise caller.signed.refusal
        return caller

    async def body(self, request: web.Request, caller: Caller, operation: Operation) -> bytes:
        """Read what an admitted caller sent; of a signed request it is what was signed.

        Raises:
            RequestError: As `read_body`; 401 ``signature.digest`` for another body.
        """
        if caller.signed is None and operation.body is None:
            return b""
        body = await read_body(request, self._limit(caller.principal, operation))
        if caller.signed is not None:
            await caller.signed.accept(body)
        return body

    def missed(self, request: web.Request) -> None:
        """Count a request that belongs to no operation. Raises `RateLimited`."""
        self._count(self._addresses, limiting_key(self.address(request)))

    def _names_known_key(self, request: web.Request) -> bool:
        return self.signatures is not None and self.signatures.knows(request.headers)

    async def _caller(self, request: web.Request, operation: Operation) -> Caller:
        authorization = request.headers.get("Authorization")
        if self.signatures is None or SIGNATURE_INPUT not in request.headers:
            principal = self._principals.resolve(authorization)
            named = principal.channel is Channel.KIOSK
            if named and self.names is not None and operation.permission is not Permission.PUBLIC:
                await self.names.check(principal.name)
            return Caller(principal)
        if authorization is not None:
            raise RequestError("auth.credentials", status=401, headers=CHALLENGE)
        signed = await self.signatures.identify(
            as_signed(request), request.headers, replayable=operation.replayable
        )
        return Caller(signed.principal, signed)

    def _count_call(self, principal: Principal, key: str, operation: Operation) -> None:
        if principal.standing is Standing.SHUT_OUT:
            self._count(self._blocked, principal.name)
        if not operation.limited:
            self._count(self._probes, key)
        elif principal.channel is not Channel.KIOSK:
            self._count(self._addresses, key)
        elif is_shared(principal):
            # Whoever holds the secret makes up names: they are one caller under all of them.
            self._count(self._shared_addresses, key)
            self._count(self._kiosks, SHARED)
        else:
            self._count(self._kiosks, principal.name)

    def _limit(self, principal: Principal, operation: Operation) -> BodyLimit:
        proved = principal.channel is Channel.KIOSK and not is_shared(principal)
        length = operation.body_limit or self._body_limit
        if principal.standing is Standing.SHUT_OUT:
            length = min(length, BLOCKED_LENGTH)
        return BodyLimit(length, self._body_seconds * (_KIOSK_PATIENCE if proved else 1))

    def _count(self, buckets: TokenBuckets, key: str) -> None:
        if seconds := buckets.take(key):
            raise RateLimited(seconds)


GUARD: web.AppKey[Guard] = web.AppKey("helpdesk.guard", Guard)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("helpdesk.request_id", str)
TEXTS: web.RequestKey[Catalogue] = web.RequestKey("helpdesk.texts", Catalogue)
