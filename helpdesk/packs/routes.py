"""Packs over HTTP: the signed list, and the files it names."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from helpdesk.app_keys import RESOURCES
from helpdesk.packs.pack_response import BytesContent, FileContent, PackResponse
from helpdesk.packs.schedule import Schedule
from helpdesk.packs.service import PackService
from helpdesk.packs.shelf import Shelf
from helpdesk.web import Call, Permission, RequestError
from helpdesk.wire.pack_manifest import FILES_PATH, NAME_LENGTH, NAME_PATTERN, PATH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from helpdesk.web import Api

SHELF: web.AppKey[Shelf] = web.AppKey("packs.shelf", Shelf)

_PATTERN = NAME_PATTERN.removesuffix("$") + r"(\.chunks)?$"


class PackName(BaseModel):
    """A file that the manifest names, or its list of chunks."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=_PATTERN, max_length=NAME_LENGTH)]


def register(api: Api, app: web.Application) -> None:
    """Declare the operations."""
    app.cleanup_ctx.append(_packs)
    api.operation(
        "GET",
        PATH,
        name="pack_manifest",
        permission=Permission.PACKS,
        summary="The signed list of packs (CBOR); If-None-Match tells that it is known",
        replayable=True,
        also=(304,),
        errors=(404,),
        tags=("packs",),
    )(manifest)
    api.operation(
        "GET",
        FILES_PATH + "{name}",
        name="pack_file",
        permission=Permission.PACKS,
        summary="A pack or its list of chunks, whole or by Range and If-Range",
        path_parts=PackName,
        replayable=True,
        also=(206, 304, 416),
        errors=(404,),
        tags=("packs",),
    )(file)


async def _packs(app: web.Application) -> AsyncIterator[None]:
    resources = app[RESOURCES]
    section = resources.config.packs
    service = PackService(resources)
    app[SHELF] = service.shelf
    schedule = Schedule(service, resources.clock, section.every_minutes * 60)
    task = asyncio.create_task(schedule.run(), name="packs") if section.build else None
    yield
    if task is not None:
        task.cancel()
        await asyncio.wait({task})


async def manifest(call: Call) -> PackResponse:
    """The signed list as it is now."""
    data = await asyncio.to_thread(call.app[SHELF].manifest)
    if data is None:
        raise RequestError("packs.none", status=404)
    return PackResponse(BytesContent(data), hashlib.sha256(data).hexdigest())


async def file(call: Call[None, None, PackName]) -> PackResponse:
    """A file, or the part of it that was asked for."""
    name = call.path.name
    path = call.app[SHELF].path(name)
    size = None if path is None else await asyncio.to_thread(_size, path)
    if path is None or size is None:
        raise RequestError("packs.file", status=404)
    # The name holds a part of the content's hash, so it names the content.
    return PackResponse(FileContent(path, size), name)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
