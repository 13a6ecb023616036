"""A program on a terminal of its own: what it painted, what it is sent, how it ends.

A thread drains the terminal all the time (a full-screen program stalls when nobody reads)
and keeps the screen as a person would see it. The demo's tour and the tests wait for what
must appear, with a deadline; nothing here pauses for a fixed time to "let it settle".
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from unicodedata import east_asian_width

import pyte

from kiosk.demo.picture import draw_screen

TERMINAL = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "error",
}
DEADLINE = 20.0
"""Seconds that any wait may take, generous for a loaded machine."""
_LOOK_EVERY = 0.05
"""Seconds between looks at what changes without a byte on the terminal, such as a file."""


class TerminalProgram:
    """Starts `argv` as the leader of a session whose terminal is `columns` x `rows`.

    Use as a context manager: at its end the whole session is killed if it still runs.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 100,
        rows: int = 30,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._output = bytearray()
        self._changed = threading.Condition()
        self._ended = False
        self._open = True
        self._master, slave = os.openpty()
        self._wake_read, self._wake_write = os.pipe()
        _set_size(self._master, columns, rows)
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- the caller's own command, no shell
                list(argv),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                cwd=cwd,
                env={**os.environ, **TERMINAL, **(env or {})},
                preexec_fn=_own_the_terminal,  # noqa: PLW1509 - nothing else sets a controlling tty
            )
        finally:
            os.close(slave)
        os.set_blocking(self._master, False)
        self._reader = threading.Thread(target=self._drain, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # What it shows.

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    @property
    def lines(self) -> list[str]:
        """The screen, one string a row, wide characters once."""
        with self._changed:
            return [_line(self._screen, y) for y in range(self._screen.lines)]

    @property
    def text(self) -> str:
        """The screen as one string, rows joined by newlines."""
        return "\n".join(line.rstrip() for line in self.lines)

    def picture(self, font: Path) -> bytes:
        """The screen as a PNG, its text drawn with `font`."""
        with self._changed:
            return draw_screen(self._screen, font)

    @property
    def cursor_shown(self) -> bool:
        """Whether the cursor is visible."""
        with self._changed:
            return not self._screen.cursor.hidden

    @property
    def output(self) -> bytes:
        """Every byte the program wrote."""
        with self._changed:
            return bytes(self._output)

    def echoes(self) -> bool:
        """Whether the terminal echoes what is typed, as a shell needs it."""
        return bool(termios.tcgetattr(self._master)[3] & termios.ECHO)

    # Waiting.

    def wait_for(self, text: str, deadline: float = DEADLINE) -> str:
        """The screen as soon as it shows `text`; `TimeoutError` with the screen otherwise."""
        return self.wait_until(lambda screen: text in screen, repr(text), deadline)

    def wait_gone(self, text: str, deadline: float = DEADLINE) -> str:
        """The screen as soon as it does not show `text`."""
        return self.wait_until(lambda screen: text not in screen, f"no {text!r}", deadline)

    def wait_until(
        self, holds: Callable[[str], bool], wanted: str = "a state", deadline: float = DEADLINE
    ) -> str:
        """The screen as soon as `holds` says so of it."""
        found = self._wait(lambda: holds(self.text), deadline)
        screen = self.text
        if not found:
            raise TimeoutError(f"{wanted} did not appear; the screen:\n{screen}")
        return screen

    def wait_still(self, pause: float, deadline: float = DEADLINE) -> None:
        """Until nothing was painted for `pause` seconds: the screen is whole, for a picture."""
        end = time.monotonic() + deadline
        with self._changed:
            while self._changed.wait(pause) and time.monotonic() < end:
                pass

    def wait_output(self, data: bytes, *, start: int = 0, deadline: float = DEADLINE) -> int:
        """Where in the output, from `start`, these bytes first stand."""
        if not self._wait(lambda: self._output.find(data, start) >= 0, deadline):
            raise TimeoutError(f"{data!r} was not written")
        return self.output.find(data, start)

    def wait_end(self, deadline: float = DEADLINE) -> int:
        """The exit status (negative: the signal) once the program ended and all is read."""
        status = self._process.wait(deadline)
        self._wait(lambda: self._ended, deadline)
        return status

    # What it is sent.

    def send(self, data: bytes | str) -> None:
        """Bytes as if typed, as fast as the terminal takes them."""
        pending = memoryview(data.encode() if isinstance(data, str) else data)
        while pending:
            if not select.select([], [self._master], [], DEADLINE)[1]:
                raise TimeoutError("the program does not read its terminal")
            with suppress(BlockingIOError):
                pending = pending[os.write(self._master, pending) :]

    def send_at(self, data: bytes, rate: float) -> float:
        """Bytes at `rate` a second; the longest pause between two in seconds.

        On a busy machine the pace may slip: whoever needs it kept compares the answer.
        """
        begin = last = time.monotonic()
        longest, sent = 0.0, 0
        ticker = threading.Event()
        while sent < len(data):
            now = time.monotonic()
            due = min(len(data), int((now - begin) * rate) + 1)
            if due > sent:
                self.send(data[sent:due])
                longest, last, sent = max(longest, now - last), now, due
            else:
                ticker.wait(begin + sent / rate - now)
        return longest

    def resize(self, columns: int, rows: int) -> None:
        """The window changes; the kernel tells the program."""
        with self._changed:
            self._screen.resize(rows, columns)
        _set_size(self._master, columns, rows)

    def signal(self, number: signal.Signals) -> None:
        """To the program alone, not to its children."""
        self._process.send_signal(number)

    def terminate(self, deadline: float = DEADLINE) -> int:
        """SIGTERM to the program; its exit status once it ended and all is read."""
        self.signal(signal.SIGTERM)
        return self.wait_end(deadline)

    def kill(self) -> None:
        """SIGKILL to the program alone."""
        self._process.kill()

    def hang_up(self) -> None:
        """The terminal goes away, as when an SSH session breaks."""
        self._stop_reading()

    def close(self) -> None:
        """Kills what is left of the session."""
        for pid in _session(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(DEADLINE)
        self._stop_reading()

    def _wait(self, holds: Callable[[], bool], deadline: float) -> bool:
        until = time.monotonic() + deadline
        with self._changed:
            while not holds():
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, _LOOK_EVERY))
            return True

    def _stop_reading(self) -> None:
        if not self._open:
            return
        self._open = False
        os.write(self._wake_write, b"x")
        self._reader.join(DEADLINE)
        for fd in (self._master, self._wake_read, self._wake_write):
            os.close(fd)

    def _drain(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake_read], [], [])
            data = self._receive() if self._wake_read not in ready else b""
            with self._changed:
                self._output += data
                self._stream.feed(data)
                self._ended = not data
                self._changed.notify_all()
            if not data:
                return

    def _receive(self) -> bytes:
        try:
            return os.read(self._master, 65536)
        except OSError:  # Linux says EIO when the last program left the terminal
            return b""


def _line(screen: pyte.Screen, y: int) -> str:
    """One row as text.

    Not `Screen.display`: that fails on the empty half which a wide character leaves behind
    when something is drawn over its other half.
    """
    shown, covered = [], False
    for x in range(screen.columns):
        data = screen.buffer[y][x].data
        if data or not covered:
            shown.append(data or " ")
        covered = bool(data) and east_asian_width(data[0]) in "WF"
    return "".join(shown)


def _own_the_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _set_size(fd: int, columns: int, rows: int) -> None:
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _session(leader: int) -> list[int]:
    """Process ids of a session, its leader first as long as it runs."""
    found = [leader]
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != leader:
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == leader:
                    found.append(int(entry.name))
    return found
