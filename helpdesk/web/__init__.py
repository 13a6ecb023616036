"""The request layer: declared operations with validation, permissions, problems and OpenAPI."""

from __future__ import annotations

from helpdesk.web.api import Api, Handler
from helpdesk.web.call import Call
from helpdesk.web.errors import ApiError, RateLimited, RequestError
from helpdesk.web.permission import Channel, Permission, Principal
from helpdesk.web.rate_limit import TokenBuckets

__all__ = [
    "Api",
    "ApiError",
    "Call",
    "Channel",
    "Handler",
    "Permission",
    "Principal",
    "RateLimited",
    "RequestError",
    "TokenBuckets",
]
