"""Is the process alive, and can it work? Two questions with two answers, for two readers."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Literal

from aiohttp import web
from pydantic import BaseModel

from helpdesk.app_keys import RESOURCES
from helpdesk.db import DatabaseError, pending
from helpdesk.key_check import keys_fit
from helpdesk.web.permission import Permission

if TYPE_CHECKING:
    from helpdesk.resources import Resources
    from helpdesk.web.api import Api
    from helpdesk.web.call import Call

__all__ = ["DRAINING", "Live", "Readiness", "reasons_against", "register"]

_MIB = 1024 * 1024
_ANSWER_SECONDS = 1.9
"""Who asks whether to send requests here gives up after 2 s."""
_PROBE_SECONDS = 1.5


class Live(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether requests should come here, and if not, why."""

    status: Literal["ready", "not_ready"]
    reasons: list[str]
    """Codes: ``draining``, ``database``, ``migrations``, ``keys``, ``disk``."""


class Draining:
    """Set once the server has begun to end."""

    def __init__(self) -> None:
        self.begun = False


DRAINING: web.AppKey[Draining] = web.AppKey("helpdesk.draining", Draining)


class Probe:
    """Looks once for all who ask meanwhile: anybody may ask, and each look writes to the disk."""

    def __init__(self) -> None:
        self._looking: asyncio.Task[list[str]] | None = None

    async def reasons(self, resources: Resources) -> list[str]:
        """The reasons found by the look under way, else by a new one."""
        looking = self._looking
        if looking is None or looking.done():
            looking = asyncio.create_task(reasons_against(resources), name="readiness")
            self._looking = looking
        # One who goes away does not end the look of the others; nor does time: a COMMIT that was
        # sent is waited for, however long it takes, and meanwhile the answer is that it hangs.
        done, _ = await asyncio.wait({looking}, timeout=_ANSWER_SECONDS)
        return looking.result() if done else ["database"]


def register(api: Api, app: web.Application) -> None:
    """Declare ``/livez`` and ``/readyz``."""
    app[DRAINING] = Draining()
    probe = Probe()

    @api.operation(
        "GET",
        "/livez",
        name="live",
        permission=Permission.PUBLIC,
        summary="The process is alive; asks nothing of anything else",
        answer=Live,
        limited=False,
        tags=("health",),
    )
    async def live(_call: Call) -> Live:
        return Live()

    @api.operation(
        "GET",
        "/readyz",
        name="ready",
        permission=Permission.PUBLIC,
        summary="Whether requests should be sent here, with reasons when not",
        answer=Readiness,
        also=(503,),
        limited=False,
        tags=("health",),
    )
    async def ready(call: Call) -> web.Response:
        reasons = ["draining"] if call.app[DRAINING].begun else []
        reasons += await probe.reasons(call.app[RESOURCES])
        answer = Readiness(status="not_ready" if reasons else "ready", reasons=reasons)
        return web.Response(
            status=503 if reasons else 200,
            body=answer.model_dump_json().encode(),
            content_type="application/json",
            headers={"Retry-After": "2"} if reasons else None,
        )


async def reasons_against(resources: Resources) -> list[str]:
    """Return the codes of what keeps the server from working; empty when it can."""
    reasons = []
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            if await pending(resources.database):
                reasons.append("migrations")
            elif not await keys_fit(resources.database, resources.keys):
                reasons.append("keys")
            else:
                await _beat(resources)
    except (DatabaseError, TimeoutError):
        reasons.append("database")
    if await asyncio.to_thread(_free_mib, resources) < resources.config.helpdesk.disk_floor:
        reasons.append("disk")
    return reasons


async def _beat(resources: Resources) -> None:
    """Write one row: a full or read-only disk still reads."""
    async with resources.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO heartbeat (name, beaten_at) VALUES ('ready', $1) "
            "ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at",
            resources.clock.now().isoformat(timespec="seconds"),
        )


def _free_mib(resources: Resources) -> int:
    path = resources.config.sqlite_path
    place = os.statvfs(path.parent if path else resources.config.folder)
    return place.f_bavail * place.f_frsize // _MIB
