"""Reading a body within bounds: its length is judged before it is read, its time while it is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp.web import PayloadAccessError, RequestPayloadError

from helpdesk.web.errors import ClientGone, RequestError

if TYPE_CHECKING:
    from aiohttp import web

__all__ = ["BodyLimit", "read_body"]


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """The most a caller may send: ``length`` bytes within ``seconds``."""

    length: int
    seconds: float


async def read_body(request: web.Request, limit: BodyLimit) -> bytes:
    """Read the whole body of ``request``; one announced as too long is not read at all.

    Raises:
        RequestError: 413 ``http.413`` for a body longer than ``limit``, 408 ``request.slow``
            for one that takes longer; the connection is to be closed after either.
        ClientGone: The caller hung up before the end.
    """
    if (request.content_length or 0) > limit.length:
        raise _too_long()
    try:
        async with asyncio.timeout(limit.seconds):
            return await _whole(request, limit.length)
    except TimeoutError as error:
        raise RequestError("request.slow", status=408) from error
    except (RequestPayloadError, PayloadAccessError, OSError) as error:
        raise ClientGone from error


async def _whole(request: web.Request, length: int) -> bytes:
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > length:
            raise _too_long()
    return bytes(body)


def _too_long() -> RequestError:
    return RequestError("http.413", status=413)
