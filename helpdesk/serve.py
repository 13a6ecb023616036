"""Running the server: sockets, signals, and an end that loses no accepted request."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from helpdesk.app import make_app
from helpdesk.app_keys import RESOURCES
from helpdesk.control import control_socket
from helpdesk.db import DatabaseError, migrate, pending
from helpdesk.db.finishing import finish
from helpdesk.errors import HelpdeskError
from helpdesk.key_check import check_keys
from helpdesk.logs import note_loop_error
from helpdesk.row_marks import mark_rows, needs_marks
from helpdesk.slices import COMMANDS
from helpdesk.web.health import DRAINING
from helpdesk.web.server import GuardedRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from helpdesk.config import Config

__all__ = ["run", "serve"]

_FIRST_FD = 3
_BACKLOG = 1024
# A connection accepted in the last moment must become a request before handlers are told to
# end, else it is dropped and the end waits for the whole time allowed.
_SETTLE_SECONDS = 0.2

_log = structlog.stdlib.get_logger("helpdesk.serve")


def run(
    config: Config,
    environ: Mapping[str, str],
    *,
    listening: Callable[[str], None],
    migrating: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT, on uvloop."""
    import uvloop  # late: the other commands do not need it

    async def until_told() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(note_loop_error)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await serve(config, environ, stop, listening=listening, migrating=migrating)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(until_told())


async def serve(
    config: Config,
    environ: Mapping[str, str],
    stop: asyncio.Event,
    *,
    listening: Callable[[str], None],
    migrating: bool = False,
) -> None:
    """Serve until ``stop`` is set; call ``listening`` with "host:port" once requests are taken.

    Raises:
        DatabaseError: ``db.migrations`` when the schema is behind (unless ``migrating``).
        HelpdeskError: ``serve.address`` when the port is taken; what keys, database and
            control socket report.
    """
    app = make_app(config)
    runner = GuardedRunner(app, shutdown_timeout=config.helpdesk.drain)
    async with AsyncExitStack() as stack:
        # Also after a failed start: what was opened must be closed, or a thread keeps us alive.
        stack.push_async_callback(lambda: finish(runner.cleanup()))
        await runner.setup()
        resources = app[RESOURCES]
        if migrating:
            if needs_marks(await migrate(resources.database)):
                await mark_rows(resources.database, resources.keys)
            # Before that there may have been no place for the check value.
            await check_keys(resources.database, resources.keys, resources.clock)
        elif waiting := await pending(resources.database):
            raise DatabaseError("db.migrations", first=waiting[0])
        await stack.enter_async_context(control_socket(config.control, resources, COMMANDS))
        where = await _open_sites(runner, config, environ)
        _notify(environ, "READY=1")
        _log.info("serve.listening", address=where)
        listening(where)
        await stop.wait()
        app[DRAINING].begun = True
        _notify(environ, "STOPPING=1")
        await asyncio.gather(*(site.stop() for site in list(runner.sites)))
        await asyncio.sleep(_SETTLE_SECONDS)
    _log.info("serve.ended")


async def _open_sites(runner: web.AppRunner, config: Config, environ: Mapping[str, str]) -> str:
    """Listen on the sockets systemd passed, else on the configured address."""
    passed = _passed_sockets(environ)
    host, port = config.listen
    try:
        for each in passed:
            await web.SockSite(runner, each, backlog=_BACKLOG).start()
        if not passed:
            await web.TCPSite(runner, host, port, backlog=_BACKLOG).start()
    except OSError as error:
        raise HelpdeskError("serve.address", address=config.helpdesk.listen) from error
    return _printable(runner.addresses[0])


def _passed_sockets(environ: Mapping[str, str]) -> list[socket.socket]:
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=number) for number in range(_FIRST_FD, _FIRST_FD + count)]


def _printable(address: tuple[str, int] | str) -> str:
    if isinstance(address, str):
        return address
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _notify(environ: Mapping[str, str], state: str) -> None:
    """Tell systemd, when it asked to be told."""
    path = environ.get("NOTIFY_SOCKET")
    if not path:
        return
    name = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifier:
        try:
            notifier.sendto(state.encode(), name)
        except OSError as error:
            _log.warning("serve.notify", error=type(error).__name__)
