"""The declaration of one operation, from which validation, permission and OpenAPI follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

    from helpdesk.web.errors import RequestError
    from helpdesk.web.permission import Permission

__all__ = ["OPERATION", "Operation", "RefusedPage"]

RefusedPage = Callable[[web.Request, "RequestError"], web.Response]
"""How a page says that it cannot be shown; an operation without one answers with a problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method and path with all that is agreed about it.

    ``errors`` are statuses the handler itself gives; those that follow from the declaration
    are added. ``also`` are other statuses that carry the same answer. ``idempotent``
    operations take an Idempotency-Key, which an authenticated caller must send. A signed
    request may come twice where the operation is ``replayable``. ``body_limit`` (bytes)
    stands in for the configured one. ``awaited``: a person stands before the screen. With
    ``refused_page`` it is a page for people's browsers, and no part of the described API.
    """

    method: str
    path: str
    name: str
    permission: Permission
    summary: str
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    path_parts: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    idempotent: bool = False
    limited: bool = True
    replayable: bool = False
    awaited: bool = False
    body_limit: int | None = None
    errors: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)
    refused_page: RefusedPage | None = None


OPERATION: web.RequestKey[Operation] = web.RequestKey("helpdesk.operation", Operation)
"""What answers this request, from when it begins to."""
