"""`GET /api/v1/verifications/{op_id}/status`: what a kiosk shows beside an earlier record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from helpdesk.app_keys import RESOURCES
from helpdesk.registry.store import RegistryStore
from helpdesk.verification.routes import policy_of
from helpdesk.verification.status import CheckStatusService
from helpdesk.web import Permission, RequestError
from helpdesk.wire.check_status import PATH, CheckStatus, CheckStatusPath

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from helpdesk.web import Api, Call

SERVICE: web.AppKey[CheckStatusService] = web.AppKey("verification.status", CheckStatusService)


def register(api: Api, app: web.Application) -> None:
    """Declare the operation."""
    app.cleanup_ctx.append(_service)
    api.operation(
        "GET",
        PATH,
        name="check_status",
        permission=Permission.RECORDS,
        summary="What the invoice of an earlier check is now; no check of its own, never counted",
        path_parts=CheckStatusPath,
        answer=CheckStatus,
        awaited=True,
        errors=(404,),
        tags=("verification",),
    )(check_status)


async def _service(app: web.Application) -> AsyncIterator[None]:
    resources = app[RESOURCES]
    app[SERVICE] = CheckStatusService(
        resources.database,
        resources.keys,
        RegistryStore(resources.database, resources.keys),
        policy_of(resources.config.helpdesk),
        resources.clock,
        resources.config.centre.zone,
    )
    yield


async def check_status(call: Call[None, None, CheckStatusPath]) -> CheckStatus:
    """The present state; 404 for a check that this server has not recorded."""
    outcome = await call.app[SERVICE].status(call.path.op_id)
    if outcome is None:
        raise RequestError("verification.unknown", status=404)
    return CheckStatus.of(outcome)
