"""The asking side of the jail. It blocks: an event loop calls it in a thread."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from documents.errors import DAMAGED, JAIL, MEMORY, TIME, DocumentError
from documents.jail.frames import FrameReader
from documents.jail.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

_END_SECONDS: Final = 5.0
_REPORT: Final = 4096
_BY_SIGNAL: Final = {signal.SIGXCPU: TIME, signal.SIGABRT: MEMORY, signal.SIGKILL: MEMORY}


class Reading:
    """One document being read: iterate over it once, and close it.

    Raises from the iteration:
        DocumentError: what the reader says of the document, or `document.time`,
            `document.memory`, `document.damaged` where its child did not come to an end.
    """

    def __init__(self, frames: int, session: socket.socket, limits: Limits) -> None:
        self._descriptor = frames
        self._frames = FrameReader(frames, limits.wait_seconds)
        self._session = session
        self._limits = limits

    def __iter__(self) -> Iterator[object]:
        while True:
            form = self._frames.next()
            if not isinstance(form, dict):
                raise self._ended()
            if "value" in form:
                yield form["value"]
            elif "error" in form:
                raise _reported(form["error"])
            else:
                return

    def close(self) -> None:
        """Let the child go; one that still runs is killed."""
        os.close(self._descriptor)
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ended(self) -> DocumentError:
        """Why a child stopped without a last word."""
        self._session.settimeout(self._limits.wait_seconds)
        try:
            number = json.loads(self._session.recv(_REPORT))["signal"]
        except (OSError, ValueError):
            return DocumentError(JAIL)  # no report: the parent is gone too
        return DocumentError(_BY_SIGNAL.get(number, DAMAGED))


class Jail:
    """A warmed parent process, and the children that it forks for each document.

    A context manager; the process starts with it and ends with it. May be used by several threads.
    """

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the process. Raises `DocumentError` `document.jail`."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                # Isolated (-I): nothing of the working folder or the environment is imported.
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    [self._python, "-I", "-m", "documents.jail", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd="/",
                    env={"LC_ALL": "C.UTF-8"},
                )
            except OSError as error:
                ours.close()
                raise DocumentError(JAIL) from error
        self._control = ours
        return self

    def __exit__(self, *_: object) -> None:
        """End the process and every child of it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def read(self, reader: str, file: BinaryIO, limits: Limits) -> Reading:
        """Have `reader` read `file` from its beginning, within `limits`.

        Raises:
            DocumentError: `document.jail` where the process is gone or was never started.
        """
        if self._control is None:
            raise DocumentError(JAIL)
        file.seek(0)
        frames, target = os.pipe()
        session, line = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps({"reader": reader, "limits": limits.as_json()}).encode()
        try:
            socket.send_fds(self._control, [request], [file.fileno(), target, line.fileno()])
        except OSError as error:
            os.close(frames)
            session.close()
            raise DocumentError(JAIL) from error
        finally:
            os.close(target)
            line.close()
        return Reading(frames, session, limits)


def _reported(form: object) -> DocumentError:
    """The error that a child names, if it has the form of one."""
    match form:
        case {"code": str(code), "params": dict(params)} if code.startswith("document."):
            return DocumentError(code, **{str(name): str(text) for name, text in params.items()})
    return DocumentError(DAMAGED)
