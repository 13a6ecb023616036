"""The composition root of the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic import RootModel

from helpdesk.app_keys import RESOURCES
from helpdesk.clock import SystemClock
from helpdesk.db import pending
from helpdesk.ids import SystemIds
from helpdesk.resources import open_resources
from helpdesk.slices import ROUTES
from helpdesk.web.api import Api
from helpdesk.web.frame import frame
from helpdesk.web.guard import GUARD, Guard
from helpdesk.web.openapi import document
from helpdesk.web.permission import Permission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from helpdesk.clock import Clock
    from helpdesk.config import Config
    from helpdesk.ids import Ids
    from helpdesk.web.call import Call

__all__ = ["OPENAPI_PATH", "declare", "make_app"]

OPENAPI_PATH = "/api/v1/openapi.json"
_TITLE = "Yanpiao 验票台"
_VERSION = "1"


class Description(RootModel[dict[str, Any]]):
    """An OpenAPI document."""


def make_app(
    config: Config,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    routes: Sequence[Callable[[Api, web.Application], None]] = ROUTES,
) -> web.Application:
    """Wire the server: resources first, then what the slices open, then their routes.

    Raises (when it starts):
        KeyRingError, DatabaseError: Keys or database cannot be opened.
        ApiError: A route lacks its declaration.
    """
    clock = clock or SystemClock()
    app = web.Application(middlewares=[frame], client_max_size=config.helpdesk.body_limit)
    app.cleanup_ctx.append(_resources(config, clock, ids or SystemIds(clock)))
    declare(app, routes).mount(app)
    return app


def declare(
    app: web.Application, routes: Sequence[Callable[[Api, web.Application], None]] = ROUTES
) -> Api:
    """Register every slice's operations, and the document that describes them."""
    api = Api(_TITLE, _VERSION)
    for register in routes:
        register(api, app)
    described: list[bytes] = []

    @api.operation(
        "GET",
        OPENAPI_PATH,
        name="openapi",
        permission=Permission.PUBLIC,
        summary="This description",
        answer=Description,
        tags=("meta",),
    )
    async def openapi(_call: Call) -> web.Response:
        if not described:
            described.append(json.dumps(document(api), ensure_ascii=False).encode())
        return web.Response(body=described[0], content_type="application/json")

    return api


def _resources(
    config: Config, clock: Clock, ids: Ids
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def opened(app: web.Application) -> AsyncIterator[None]:
        async with open_resources(config, clock, ids) as resources:
            app[RESOURCES] = resources
            app[GUARD] = Guard(resources)
            # Reads the migration files now, so that readiness need not.
            await pending(resources.database)
            yield

    return opened
