"""Who comes in, and how often: addresses, credentials and rate limits of one application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from helpdesk.texts import Catalogue
from helpdesk.web.client_address import client_address, limiting_key
from helpdesk.web.errors import RateLimited, RequestError
from helpdesk.web.permission import Channel, Permission
from helpdesk.web.principals import CHALLENGE, Principals
from helpdesk.web.rate_limit import TokenBuckets
from helpdesk.web.signatures import as_signed
from helpdesk.wire.request_signature import SIGNATURE_INPUT

if TYPE_CHECKING:
    from helpdesk.resources import Resources
    from helpdesk.web.names import Names
    from helpdesk.web.operation import Operation
    from helpdesk.web.permission import Principal
    from helpdesk.web.signatures import Signatures

__all__ = ["GUARD", "OPERATOR_ACCESS", "REQUEST_ID", "TEXTS", "Guard"]

OPERATOR_ACCESS = "operator-access"
"""The key ring's name of the secret that the administrator's tools present."""


class Guard:
    """Made once the resources are open."""

    def __init__(self, resources: Resources) -> None:
        settings = resources.config.helpdesk
        self._proxies = settings.proxies
        ring = resources.keys
        shared = ring.kiosk_access if resources.config.security.shared_access else None
        self._principals = Principals(shared, ring.secret(OPERATOR_ACCESS))
        self.signatures: Signatures | None = None
        """Set by the slice that knows the kiosks' keys, before the first request."""
        self.names: Names | None = None
        """Set likewise."""
        self._addresses = TokenBuckets(settings.requests_per_minute, resources.clock)
        self._kiosks = TokenBuckets(settings.kiosk_requests_per_minute, resources.clock)

    def address(self, request: web.Request) -> str:
        """Return the caller's address."""
        if not self._proxies:
            return client_address(request.remote, None, ())
        # Several header lines mean the same as one line with commas.
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        return client_address(request.remote, forwarded, self._proxies)

    async def admitted(self, request: web.Request, address: str, operation: Operation) -> Principal:
        """Return who calls, once it is known that they do not call too often.

        Raises:
            RequestError: 401 for credentials that prove nothing, 403 for the shared secret
                under a name that is an enrolled kiosk's.
            RateLimited: 429; a failed authentication counts for the address it came from.
        """
        try:
            principal = await self._principal(request, operation)
        except RequestError:
            self._count(self._addresses, limiting_key(address))
            raise
        if operation.limited and principal.channel is Channel.KIOSK:
            self._count(self._kiosks, principal.name)
        elif operation.limited:
            self._count(self._addresses, limiting_key(address))
        return principal

    async def _principal(self, request: web.Request, operation: Operation) -> Principal:
        authorization = request.headers.get("Authorization")
        if self.signatures is None or SIGNATURE_INPUT not in request.headers:
            principal = self._principals.resolve(authorization)
            named = principal.channel is Channel.KIOSK
            if named and self.names is not None and operation.permission is not Permission.PUBLIC:
                await self.names.check(principal.name)
            return principal
        if authorization is not None:
            raise RequestError("auth.credentials", status=401, headers=CHALLENGE)
        return await self.signatures.principal(
            as_signed(request), request.headers, request.read, replayable=operation.replayable
        )

    def _count(self, buckets: TokenBuckets, key: str) -> None:
        if seconds := buckets.take(key):
            raise RateLimited(seconds)


GUARD: web.AppKey[Guard] = web.AppKey("helpdesk.guard", Guard)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("helpdesk.request_id", str)
TEXTS: web.RequestKey[Catalogue] = web.RequestKey("helpdesk.texts", Catalogue)
