"""Who comes in, and how often: addresses, credentials and rate limits of one application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from helpdesk.texts import Catalogue
from helpdesk.web.client_address import client_address, limiting_key
from helpdesk.web.errors import RateLimited, RequestError
from helpdesk.web.permission import Channel
from helpdesk.web.principals import Principals
from helpdesk.web.rate_limit import TokenBuckets

if TYPE_CHECKING:
    from helpdesk.resources import Resources
    from helpdesk.web.permission import Principal

__all__ = ["GUARD", "REQUEST_ID", "TEXTS", "Guard"]


class Guard:
    """Made once the resources are open."""

    def __init__(self, resources: Resources) -> None:
        settings = resources.config.helpdesk
        self._proxies = settings.proxies
        self._principals = Principals(resources.keys.kiosk_access)
        self._addresses = TokenBuckets(settings.requests_per_minute, resources.clock)
        self._kiosks = TokenBuckets(settings.kiosk_requests_per_minute, resources.clock)

    def address(self, request: web.Request) -> str:
        """Return the caller's address."""
        if not self._proxies:
            return client_address(request.remote, None, ())
        # Several header lines mean the same as one line with commas.
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
        return client_address(request.remote, forwarded, self._proxies)

    def admitted(self, request: web.Request, address: str, *, limited: bool) -> Principal:
        """Return who calls, once it is known that they do not call too often.

        Raises:
            RequestError: 401 for credentials that prove nothing.
            RateLimited: 429; a failed authentication counts for the address it came from.
        """
        try:
            principal = self._principals.resolve(request.headers.get("Authorization"))
        except RequestError:
            self._count(self._addresses, limiting_key(address))
            raise
        if limited and principal.channel is Channel.KIOSK:
            self._count(self._kiosks, principal.name)
        elif limited:
            self._count(self._addresses, limiting_key(address))
        return principal

    def _count(self, buckets: TokenBuckets, key: str) -> None:
        if seconds := buckets.take(key):
            raise RateLimited(seconds)


GUARD: web.AppKey[Guard] = web.AppKey("helpdesk.guard", Guard)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("helpdesk.request_id", str)
TEXTS: web.RequestKey[Catalogue] = web.RequestKey("helpdesk.texts", Catalogue)
