"""The server's side of a connection: who may hold how many, how long, and what breaks them off.

aiohttp answers what it cannot parse by itself, outside the frame: as plain text with its own name
and version, quoting the caller's bytes, and it writes the caller's address into the log. Here
such answers are problems like all others, and the log tells the kind of fault alone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import web

from helpdesk.app_keys import RESOURCES
from helpdesk.logs import places
from helpdesk.web.client_address import is_proxy, limiting_key
from helpdesk.web.frame import refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.web_request import BaseRequest

__all__ = ["GuardedRunner"]

HEAD_SECONDS: Final = 15.0
"""How long the first head of a connection may take."""
KEEP_ALIVE_SECONDS: Final = 75.0
"""How long a connection may wait for its next head: longer than the proxy in front lets it."""

_log = structlog.stdlib.get_logger("helpdesk.web")


class GuardedRunner(web.AppRunner):
    """Runs an application behind guarded connections."""

    def __init__(self, app: web.Application, *, shutdown_timeout: float) -> None:
        super().__init__(
            app,
            handle_signals=False,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            shutdown_timeout=shutdown_timeout,
        )

    async def _make_server(self) -> web.Server:
        plain = await super()._make_server()
        return _GuardedServer(self.app, plain)


class _GuardedServer(web.Server):
    """Makes the protocols, and counts their connections by address."""

    def __init__(self, app: web.Application, plain: web.Server) -> None:
        super().__init__(
            _framed(app, plain.request_handler),
            request_factory=plain.request_factory,
            **plain._kwargs,  # noqa: SLF001 - what the runner was given for each protocol
        )
        settings = app[RESOURCES].config.helpdesk
        self._app = app
        self._most = settings.connections_per_address
        self._proxies = settings.proxies
        self._held: Counter[str] = Counter()

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of one new connection."""
        return _GuardedProtocol(self, loop=asyncio.get_running_loop(), **self._kwargs)

    def take(self, peer: object) -> str | None:
        """Count one more connection; the key to `release`, None when it is one too many."""
        host = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        if not self._most or not host or is_proxy(host, self._proxies):
            return ""
        key = limiting_key(host)
        if self._held[key] >= self._most:
            return None
        self._held[key] += 1
        return key

    def release(self, key: str) -> None:
        """The connection has ended."""
        self._held[key] -= 1
        if self._held[key] <= 0:
            del self._held[key]

    def refused(self, status: int) -> web.Response:
        """The answer to what is no request of ours."""
        return refused(self._app, status)


class _GuardedProtocol(web.RequestHandler):
    """One connection."""

    def __init__(self, server: _GuardedServer, **settings: Any) -> None:
        super().__init__(server, **settings)
        self._server = server
        self._key: str | None = None
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._key = self._server.take(transport.get_extra_info("peername"))
        if self._key is None:
            _log.info("connection.too_many")
            self.force_close()
            return
        self._late = self._loop.call_later(HEAD_SECONDS, self._end_if_silent)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._late is not None:
            self._late.cancel()
        if self._key:
            self._server.release(self._key)
        self._key = None
        task, at_work = self._task_handler, self._request_in_progress
        super().connection_lost(exc)
        if task is not None and not at_work:
            # Else it waits ten seconds more for the rest of a body from nobody.
            task.cancel()

    def _end_if_silent(self) -> None:
        if not self._request_count:
            self.force_close()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's: it quotes the caller
    ) -> web.StreamResponse:
        """Answer what could not be parsed, or what the frame itself did not survive."""
        if status >= 500 and exc is not None:  # noqa: PLR2004 - the class of statuses
            _log.error("request.crashed", **places(exc))
        else:
            _log.info("request.malformed", error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError
        response = self._server.refused(status)
        response.force_close()
        return response

    def log_exception(self, *_args: Any, exc_info: Any = None, **_kwargs: Any) -> None:
        """Log where it happened; aiohttp's own text holds the caller's address."""
        where = places(exc_info) if isinstance(exc_info, BaseException) else {}
        _log.error("connection.crashed", **where)


def _framed(
    app: web.Application, handler: Callable[[BaseRequest], Awaitable[web.StreamResponse]]
) -> Callable[[BaseRequest], Awaitable[web.StreamResponse]]:
    """Answer what aiohttp refuses before the frame: an expectation nobody can meet."""

    async def handle(request: BaseRequest) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            response = refused(app, error.status)
            response.force_close()
            return response

    return handle
