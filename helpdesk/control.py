"""The control socket: commands beside a running server, over a Unix socket of mode 0600.

One connection, one command. The client sends ``{"command", "params"}`` as a line of JSON; the
server answers with lines ``{"line": {...}}`` while it works, then ``{"done": true}`` or
``{"error": code, "params": {...}}``. Who can open the socket may do what its owner may: both sides
ask the kernel whose process the other is, and speak to their own account and to root alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import struct
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

import structlog

from helpdesk.errors import HelpdeskError
from helpdesk.logs import places

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping
    from pathlib import Path

    from helpdesk.resources import Resources
    from helpdesk.slices import Command, JsonValue

__all__ = ["ControlError", "call", "control_socket"]

_LONGEST_LINE = 1 << 20
_GREETING_SECONDS = 5.0
_ROOT = 0
_CREDENTIALS = struct.Struct("3i")
"""The kernel's ``struct ucred``: process, user, group."""

_log = structlog.stdlib.get_logger("helpdesk.control")


class ControlError(HelpdeskError):
    """The socket cannot be used: ``control.absent`` when no server listens there.

    ``control.foreign`` when what listens there is another account's.
    """


async def call(
    path: Path, name: str, params: Mapping[str, JsonValue]
) -> AsyncGenerator[Mapping[str, JsonValue], None]:
    """Run a command in the server that listens at ``path``; yield the lines it answers.

    Raises:
        ControlError: ``control.absent``; ``control.foreign``; ``control.broken`` when the
            server ends midway.
        HelpdeskError: What the command itself raised over there.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=_LONGEST_LINE)
    except OSError as error:
        raise ControlError("control.absent", path=str(path)) from error
    try:
        if not await asyncio.to_thread(_may_be_the_server, _uid_of_peer(writer), path):
            raise ControlError("control.foreign", path=str(path))
        writer.write(_line({"command": name, "params": dict(params)}))
        while answer := await _received(reader):
            if "line" in answer:
                yield answer["line"]
            elif "error" in answer:
                raise HelpdeskError(str(answer["error"]), **answer.get("params", {}))
            else:
                return
        raise ControlError("control.broken", command=name)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@asynccontextmanager
async def control_socket(
    path: Path, resources: Resources, commands: Mapping[str, Command]
) -> AsyncIterator[None]:
    """Listen at ``path`` for the length of a block; commands still running then are ended.

    Raises:
        ControlError: ``control.taken`` when a server listens there already, ``control.path``
            when the socket cannot be made.
    """
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o700)
    if await _answers(path):
        raise ControlError("control.taken", path=str(path))
    await asyncio.to_thread(_remove_dead_socket, path)
    room = _Room(resources, commands)
    try:
        # Between bind and chmod anybody could connect: take the rights away beforehand.
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(room.serve, path, limit=_LONGEST_LINE)
        finally:
            os.umask(before)
    except (OSError, ValueError) as error:
        raise ControlError("control.path", path=str(path)) from error
    try:
        yield
    finally:
        server.close()
        await room.close()
        await server.wait_closed()
        await asyncio.to_thread(path.unlink, missing_ok=True)


class _Room:
    """The connections being served."""

    def __init__(self, resources: Resources, commands: Mapping[str, Command]) -> None:
        self._resources = resources
        self._commands = commands
        self._tasks: set[asyncio.Task[None]] = set()

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Called for each connection."""
        task = asyncio.create_task(self._converse(reader, writer), name="control")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what still runs."""
        running = set(self._tasks)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if _uid_of_peer(writer) not in {os.geteuid(), _ROOT}:
            _log.warning("control.refused")
            writer.close()
            return
        try:
            async with asyncio.timeout(_GREETING_SECONDS):
                request = await _received(reader)
            work = asyncio.create_task(self._work(request, writer), name="control-command")
            gone = asyncio.create_task(reader.read(), name="control-client")
            try:
                # A client that goes away (Ctrl-C) takes its command with it.
                await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _ended(work)
                await _ended(gone)
        except (OSError, TimeoutError):
            _log.info("control.left")
        finally:
            writer.close()

    def _command(self, request: Mapping[str, Any]) -> Command:
        try:
            return self._commands[str(request.get("command"))]
        except KeyError as error:
            raise ControlError("control.unknown") from error

    async def _work(self, request: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            command = self._command(request)
            params = request.get("params")
            lines = command(self._resources, params if isinstance(params, dict) else {})
            # Closed here, whoever goes first: it may hold a transaction or a file.
            async with aclosing(cast("AsyncGenerator[Any, None]", lines)) as told:
                async for line in told:
                    if not await _sent(writer, {"line": line}):
                        return
            answer: dict[str, Any] = {"done": True}
        except HelpdeskError as error:
            answer = {"error": error.code, "params": dict(error.params)}
        except Exception as error:  # noqa: BLE001 - the last resort: logged, and told
            where = places(error)
            _log.error("control.crashed", **where)
            answer = {
                "error": "server.crash",
                "params": {"error": where["error"], "at": where["at"][-1]},
            }
        await _sent(writer, answer)


def _uid_of_peer(writer: asyncio.StreamWriter) -> int:
    """Whose process is at the other end, by the kernel's word."""
    data = writer.get_extra_info("socket").getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
    )
    _, uid, _ = _CREDENTIALS.unpack(data)
    return int(uid)


def _may_be_the_server(uid: int, path: Path) -> bool:
    """Whether to give orders to a process of ``uid``.

    Root gives them to the account whose folder the socket lies in; everybody else to themselves.
    """
    own = os.geteuid()
    if uid in {own, _ROOT}:
        return True
    try:
        return own == _ROOT and uid == path.parent.stat().st_uid
    except OSError:
        return False


def _remove_dead_socket(path: Path) -> None:
    """Make room; what is no socket is none of ours and stays.

    Raises:
        ControlError: ``control.path``.
    """
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ControlError("control.path", path=str(path))
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ControlError("control.path", path=str(path)) from error


async def _sent(writer: asyncio.StreamWriter, value: Mapping[str, Any]) -> bool:
    """Whether the other side is still there to be told."""
    try:
        writer.write(_line(value))
        await writer.drain()
    except OSError:
        return False
    return True


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, OSError):
        await task


async def _answers(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True


async def _received(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Return one line's object; {} when the other side ended or talks nonsense."""
    try:
        line = await reader.readline()
        value = json.loads(line) if line.endswith(b"\n") else {}
    except (ValueError, RecursionError, OSError):
        return {}
    return value if isinstance(value, dict) else {}


def _line(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
