"""The control socket of a running kiosk: one request line, a stream of answer lines, all JSON.

    {"name": "status", "params": {}}                        what is asked
    {"data": {...}}                                         as often as there is something to say
    {"end": true}   or   {"error": {"code", "params"}}      the last line

The socket is a file of mode 0600: whoever may open it is the kiosk's own account or root. Both
sides ask the kernel whose process the other is, too, and speak to those alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

from kiosk.errors import KioskError

Params = Mapping[str, Any]
Handler = Callable[[Params], AsyncGenerator[Mapping[str, Any], None]]
"""Answers one command with any number of JSON objects; raises `KioskError` to refuse."""

_REQUEST_WITHIN: Final = 5.0
"""Seconds a caller has to send its line."""
_LONGEST_LINE: Final = 1 << 20
_ROOT: Final = 0
_CREDENTIALS: Final = struct.Struct("3i")
"""The kernel's `struct ucred`: process, user, group."""


class ControlError(KioskError):
    """Codes `control.*`: absent, broken, foreign, in_use, path, request, silent, unknown."""


def once(answer: Callable[[Params], Awaitable[Mapping[str, Any]]]) -> Handler:
    """A handler out of a function that has one answer."""

    async def handler(params: Params) -> AsyncGenerator[Mapping[str, Any], None]:
        yield await answer(params)

    return handler


@asynccontextmanager
async def serving(path: Path, handlers: Mapping[str, Handler]) -> AsyncIterator[None]:
    """Answers on a socket at `path` inside the block; at its end the socket is gone.

    A socket left behind by a dead process is replaced. Raises `ControlError`:
    `control.in_use` where a living one answers, `control.path` where there can be none.
    """
    listener = await asyncio.to_thread(_listen, path)
    serving_now: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if _uid_of_peer(writer) not in {os.geteuid(), _ROOT}:
            writer.close()
            return
        task = asyncio.create_task(_serve(reader, writer, handlers))
        serving_now.add(task)
        task.add_done_callback(serving_now.discard)

    server = await asyncio.start_unix_server(accept, sock=listener, limit=_LONGEST_LINE)
    try:
        yield
    finally:
        server.close()
        for task in serving_now:
            task.cancel()
        await asyncio.gather(*serving_now, return_exceptions=True)
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def call(
    path: Path, name: str, params: Params, *, deadline: float | None
) -> AsyncGenerator[dict[str, Any], None]:
    """The answers of a running kiosk, one after the other.

    Args:
        path: its socket.
        name: the command.
        params: its parameters.
        deadline: seconds to wait for each line, `None` to watch without end.

    Raises `ControlError`: `control.absent` where nothing runs, `control.silent` at the deadline,
    `control.broken` where the answer ends early; `KioskError` with the code the kiosk gave.
    Close the generator (`contextlib.aclosing`) when not reading it to its end.
    """
    reader, writer = await _connect(path, deadline)
    try:
        if not await asyncio.to_thread(_may_be_the_kiosk, _uid_of_peer(writer), path):
            raise ControlError("control.foreign", {"path": str(path)})
        writer.write(_line({"name": name, "params": dict(params)}))
        while True:
            answer = await _answer(reader, deadline)
            if "data" in answer:
                yield answer["data"]
            elif "error" in answer:
                raise KioskError(answer["error"]["code"], answer["error"]["params"])
            else:
                return
    finally:
        await _close(writer)


async def ask(path: Path, name: str, params: Params, *, deadline: float) -> dict[str, Any]:
    """The one answer of a command that has one; errors as `call`."""
    async with aclosing(call(path, name, params, deadline=deadline)) as answers:
        async for answer in answers:
            return answer
    raise ControlError("control.broken")


def _uid_of_peer(writer: asyncio.StreamWriter) -> int:
    """Whose process is at the other end, by the kernel's word."""
    data = writer.get_extra_info("socket").getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
    )
    _, uid, _ = _CREDENTIALS.unpack(data)
    return int(uid)


def _may_be_the_kiosk(uid: int, path: Path) -> bool:
    """Root asks the account whose folder the socket lies in; everybody else themselves."""
    own = os.geteuid()
    if uid in {own, _ROOT}:
        return True
    try:
        return own == _ROOT and uid == path.parent.stat().st_uid
    except OSError:
        return False


# The server's side.


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        os.fchmod(listener.fileno(), 0o600)  # before bind: there is no moment with a wider mode
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(0)
    except OSError as error:  # a folder that is missing, a path that is too long
        listener.close()
        raise ControlError("control.path", {"path": str(path)}) from error
    except ControlError:
        listener.close()
        raise
    return listener


def _clear(path: Path) -> None:
    """Removes a dead socket; anything else at this place is left alone."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise ControlError("control.path", {"path": str(path)})
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        else:
            raise ControlError("control.in_use", {"path": str(path)})


async def _serve(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handlers: Mapping[str, Handler]
) -> None:
    try:
        with suppress(ConnectionError):  # the caller went away, and nobody is left to tell
            await _dispatch(reader, writer, handlers)
    except KioskError as error:
        await _say(writer, {"error": {"code": error.code, "params": dict(error.params)}})
    finally:
        await _close(writer)


async def _dispatch(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handlers: Mapping[str, Handler]
) -> None:
    name, params = await _request(reader)
    if name not in handlers:
        raise ControlError("control.unknown", {"name": name[:40]})
    talking = asyncio.create_task(_talk(handlers[name](params), writer))
    # A caller says no more: what can still be read from it is its going away.
    leaving = asyncio.create_task(reader.read(1))
    try:
        await asyncio.wait({talking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if talking.done():
            talking.result()
    finally:
        talking.cancel()
        leaving.cancel()
        await asyncio.gather(talking, leaving, return_exceptions=True)


async def _talk(
    answers: AsyncGenerator[Mapping[str, Any], None], writer: asyncio.StreamWriter
) -> None:
    async with aclosing(answers):
        async for answer in answers:
            await _say(writer, {"data": dict(answer)})
    await _say(writer, {"end": True})


async def _request(reader: asyncio.StreamReader) -> tuple[str, Params]:
    try:
        async with asyncio.timeout(_REQUEST_WITHIN):
            asked = json.loads(await reader.readuntil(b"\n"))
        name, params = asked["name"], asked.get("params", {})
    except (
        TimeoutError,
        asyncio.IncompleteReadError,
        asyncio.LimitOverrunError,
        AttributeError,
        KeyError,
        RecursionError,  # brackets without end
        TypeError,
        ValueError,
    ) as error:
        raise ControlError("control.request") from error
    if not isinstance(name, str) or not isinstance(params, dict):
        raise ControlError("control.request")
    return name, params


# The client's side.


async def _connect(
    path: Path, deadline: float | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(deadline):
            return await asyncio.open_unix_connection(str(path), limit=_LONGEST_LINE)
    except TimeoutError as error:
        raise ControlError("control.silent") from error
    except OSError as error:
        raise ControlError("control.absent", {"path": str(path)}) from error


async def _answer(reader: asyncio.StreamReader, deadline: float | None) -> dict[str, Any]:
    try:
        async with asyncio.timeout(deadline):
            line = await reader.readuntil(b"\n")
        answer = json.loads(line)
    except TimeoutError as error:
        raise ControlError("control.silent") from error
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
        raise ControlError("control.broken") from error
    if not isinstance(answer, dict):
        raise ControlError("control.broken")
    return answer


# Both.


def _line(form: Mapping[str, Any]) -> bytes:
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def _say(writer: asyncio.StreamWriter, form: Mapping[str, Any]) -> None:
    with suppress(ConnectionError):  # the reader's end tells that the caller is gone
        writer.write(_line(form))
        await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
