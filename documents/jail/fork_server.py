"""The warmed parent: every reader is loaded, and each request becomes a forked child.

It reads no document itself. Requests come over a Unix socket of packets, each with three open
files: the document, the pipe for the child's frames, and a socket that stands for the session.
When the asking side closes that socket, the child is killed; when the child ends, its exit is
reported over it. When the control socket closes, everything ends.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from documents.jail import child

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_REQUEST: Final = 4096
FILES: Final = 3


@dataclass(frozen=True, slots=True)
class _Session:
    """A running child: `handle` is its pidfd, `line` the socket of the session."""

    pid: int
    handle: int
    line: socket.socket


class ForkServer:
    """Serves the requests of one control socket until it closes."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._sessions: set[_Session] = set()

    def serve(self) -> None:
        """Fork a child for each request; return when the asking process is gone."""
        running = True

        def take() -> None:
            nonlocal running
            running = self._take()

        self._watch(self._control, take)
        while running:
            for key, _ in self._selector.select():
                key.data()
        for session in list(self._sessions):
            self._kill(session)
            self._reap(session)

    def _watch(self, source: socket.socket | int, action: Callable[[], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, action)

    def _take(self) -> bool:
        """Start the next request's child; whether there was a request."""
        message, files, _, _ = socket.recv_fds(self._control, LONGEST_REQUEST, FILES)
        if not message:
            return False
        source, target, line = files
        pid = self._fork(json.loads(message), source, target)
        os.close(source)
        os.close(target)
        session = _Session(pid, os.pidfd_open(pid), socket.socket(fileno=line))
        self._sessions.add(session)
        self._watch(session.handle, partial(self._reap, session))
        self._watch(session.line, partial(self._kill, session))
        return True

    def _fork(self, request: dict[str, Any], source: int, target: int) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            self._forget_sessions()
            status = child.run(request, source, target, parent)
        finally:
            # Never back into the loop above, whatever happened.
            os._exit(status)

    def _forget_sessions(self) -> None:
        """In a new child: let go of all that belongs to others."""
        self._selector.close()
        self._control.close()
        for session in self._sessions:
            session.line.close()
            os.close(session.handle)

    def _kill(self, session: _Session) -> None:
        """End a child whose caller has gone."""
        if session not in self._sessions:
            return  # both ended between two looks, and the child was collected first
        self._selector.unregister(session.line)
        signal.pidfd_send_signal(session.handle, signal.SIGKILL)

    def _reap(self, session: _Session) -> None:
        """Collect a child that ended, and report how: the signal, or 0 and its exit status."""
        _, status = os.waitpid(session.pid, 0)
        ended = {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
        with suppress(OSError):  # the caller may have gone
            session.line.send(json.dumps(ended).encode())
        for source in (session.handle, session.line):
            if source in self._selector.get_map():
                self._selector.unregister(source)
        session.line.close()
        os.close(session.handle)
        self._sessions.discard(session)
