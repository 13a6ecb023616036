"""The small parent of the screen: whatever ends the screen, a visitor sees it back or a notice.

| the screen ends | then |
|---|---|
| with 0 | so does the supervisor |
| with 2, bad configuration | so does the supervisor; the message stays on the terminal |
| the first one with 3, it cannot start | the same |
| in any other way | notice, restart: at once, then after growing pauses |
| after the supervisor was asked to stop | its exit status becomes the supervisor's |

The screen is a fork of the supervisor: what the supervisor has loaded the screen need not
load again, and neither does Python start twice (measured: 110 ms less CPU to the first paint).
The screen is asked to end when its supervisor is gone, and neither leaves a core file. Both run
in one process group on one terminal, so that the kernel tells the screen itself of a new window
size. Signals are not handled but waited for: no code of ours runs inside a handler. The standard
library alone.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from kiosk.console import Console
from kiosk.errors import KioskError

_STOP = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
_HEARD = _STOP | {signal.SIGCHLD, signal.SIGWINCH}
_FAULT, _BAD_CONFIGURATION, _CANNOT_START = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before a restart, in seconds."""

    pauses: tuple[float, ...] = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
    """Before the first, second, ... restart in a row; the last one for all that follow."""
    calm: float = 60.0
    """A screen that ran so long makes the next restart a first one."""
    grace: float = 10.0
    """A screen that was asked to stop and does not is killed after this."""

    def pause(self, restarts: int) -> float:
        """The pause before the restart that follows so many others."""
        return self.pauses[min(restarts, len(self.pauses) - 1)]


class Supervisor:
    """Runs one screen again and again.

    Args:
        screen: runs in a child process until the screen ends; its exit status.
        console: the terminal both run on.
        monotonic: a clock, seconds.
        on_end: hears the exit status of a screen that must be restarted (negative: the signal).
    """

    def __init__(
        self,
        screen: Callable[[], int],
        *,
        console: Console,
        monotonic: Callable[[], float],
        backoff: Backoff | None = None,
        on_end: Callable[[int], None] = lambda _status: None,
    ) -> None:
        self._screen = screen
        self._console = console
        self._monotonic = monotonic
        self._backoff = backoff or Backoff()
        self._on_end = on_end
        self._stopping = False

    def run(self) -> int:
        """Until the screen ends for good; the exit status for this process.

        Raises:
            KioskError: `supervisor.fork` where no process can be started at all.
        """
        for number in _HEARD:
            signal.signal(number, signal.SIG_DFL)  # an inherited "ignore" would lose it
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            status = self._run()
        finally:
            self._console.restore()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return status if status >= 0 else 128 - status

    def _run(self) -> int:
        restarts = 0
        while True:
            self._console.silence()
            started = self._monotonic()
            status = self._watch(self._start())
            hopeless = restarts == 0 and status == _CANNOT_START
            if self._stopping or hopeless or status in {0, _BAD_CONFIGURATION}:
                return status
            self._console.silence()
            self._console.show_notice()
            self._on_end(status)
            if self._monotonic() - started >= self._backoff.calm:
                restarts = 0
            if not self._wait(self._backoff.pause(restarts)):
                return 0
            restarts += 1

    def _start(self) -> int:
        """The new screen's process id."""
        supervisor = os.getpid()
        try:
            child = os.fork()
        except OSError as error:
            raise KioskError("supervisor.fork", {"reason": str(error.strerror)}) from error
        if child == 0:
            self._be_the_screen(supervisor)
        return child

    def _be_the_screen(self, supervisor: int) -> NoReturn:
        """In the child: signals as in a new program, and no way back into the supervisor."""
        status = _FAULT
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            # A supervisor that was killed leaves no screen behind with a visitor's invoice on it.
            from kiosk.process_guard import end_with, shut_memory

            end_with(supervisor)
            shut_memory()
            status = self._screen()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)

    def _watch(self, child: int) -> int:
        """How the screen ended; asked to stop, the screen is asked, then made to."""
        killed_at: float | None = None
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            if self._next_signal(killed_at) in _STOP:
                self._stopping = True
                os.kill(child, signal.SIGTERM)
                killed_at = killed_at or self._monotonic() + self._backoff.grace
            elif killed_at is not None and self._monotonic() >= killed_at:
                os.kill(child, signal.SIGKILL)
                killed_at = None

    def _wait(self, seconds: float) -> bool:
        """A pause with the notice on the terminal; whether to go on after it."""
        until = self._monotonic() + seconds
        while self._monotonic() < until:
            number = self._next_signal(until)
            if number in _STOP:
                return False
            if number == signal.SIGWINCH:
                self._console.show_notice()
        return True

    def _next_signal(self, until: float | None) -> int | None:
        """The next signal that is waited for; `None` when the time has come first."""
        if until is None:
            return signal.sigwaitinfo(_HEARD).si_signo
        heard = signal.sigtimedwait(_HEARD, max(0.0, until - self._monotonic()))
        return heard.si_signo if heard else None
