"""A request into the server's real application, from its first header to its answer's last byte.

There is no socket and no HTTP text between: aiohttp's request object is made of what a parser
would have read, and the answer is taken before it would be written.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from aiohttp import HttpVersion11, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from kiosk.transport import Call, Fields, Reply

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.web_protocol import RequestHandler

AUTHORITY = "centre.example"


class _Connection:
    """What a request asks of the connection it came by."""

    peername = ("203.0.113.7", 40000)
    sockname = ("203.0.113.1", 443)
    ssl_context = None
    transport = None
    _reading_paused = False

    def pause_reading(self) -> None:
        """All of it is here already."""

    def resume_reading(self, resume_parser: bool = True) -> None:
        """The same."""


_CONNECTION = _Connection()


async def answer(app: web.Application, call: Call) -> Reply:
    """What the application answers to a call."""
    loop = asyncio.get_running_loop()
    protocol = cast("RequestHandler", _CONNECTION)
    body = StreamReader(cast("Any", protocol), 2**16, loop=loop)
    body.feed_data(call.body)
    body.feed_eof()
    headers = CIMultiDict({"Host": AUTHORITY, "Content-Length": str(len(call.body))})
    headers.update(call.headers)
    target = call.path + (f"?{call.query}" if call.query else "")
    raw = tuple((name.encode(), value.encode()) for name, value in headers.items())
    message = RawRequestMessage(
        *(call.method, target, HttpVersion11, CIMultiDictProxy(headers), raw),
        *(False, None, False, False, URL(target, encoded=True)),
    )
    task = cast("asyncio.Task[None]", asyncio.current_task())
    writer = cast("AbstractStreamWriter", None)
    request = app._make_request(message, body, protocol, writer, task)
    response = await app._handle(request)
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes | None):
        raise TypeError
    fields = Fields({name: str(value) for name, value in response.headers.items()})
    return Reply(response.status, fields, response.body or b"")
