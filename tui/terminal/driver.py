"""Textual's driver for Linux with an input thread that knows scanners.

Output, modes and signals stay Textual's. Replaced is only how bytes become events: a
`Framer` tells scans from typing before anything is parsed as keys.

- Silence is what `select()` reports by timing out. Times of events would not do: while the
  screen repaints, this thread starves for a quarter of a second and more.
- Bytes that are no UTF-8 are survived; the stock driver dies of them.
- The size comes from the kernel alone (`KeyReader` says why).
- End of input, or a terminal that hung up, ends the app in order.

Private API of the exactly pinned Textual version is overridden here and in `keys`, nowhere
else.
"""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from textual.drivers.linux_driver import LinuxDriver

from tui.errors import TuiError
from tui.terminal.keys import KeyReader
from tui.terminal.messages import ScanReceived
from tui.terminal.output import TerminalOutput

if TYPE_CHECKING:
    from typing import Any, TextIO

    from textual.app import App
    from textual.message import Message

    from tui.terminal.framer import Framer, Segment

_TICK = 0.1
"""Seconds between looks at the exit flag and at a half-typed escape sequence."""
_READ = 4096
_CLEAR = "\x1b[2J\x1b[H"


@runtime_checkable
class FramedApp(Protocol):
    """An app that brings the state machine with it."""

    framer: Framer | None


class KioskDriver(LinuxDriver):
    """Pass as `driver_class`; the app has an attribute `framer` and hears `ScanReceived`."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if not isinstance(app, FramedApp) or app.framer is None:
            raise TuiError("terminal.no_framer")
        self._framer = app.framer
        self._keys = KeyReader(debug=debug)
        self._file = cast("Any", TerminalOutput(cast("TextIO", self._file)))

    def stop_application_mode(self) -> None:
        """Clears first: on the kernel's console, without a second screen, the page would stay."""
        self.write(_CLEAR)
        super().stop_application_mode()

    def run_input_thread(self) -> None:
        """Reads until the app ends or the terminal does."""
        idle = 0.0
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                wait = self._framer.wait
                pause = _TICK if wait is None else max(0.0, min(_TICK, wait - idle))
                if selector.select(pause):
                    idle = 0.0
                    if not self._read():
                        break
                elif wait is not None and (idle := idle + pause) >= wait:
                    idle = 0.0
                    self._say(self._framer.silence(at := time.monotonic()), at)
                self._post(self._keys.tick())
        self._post(self._keys.close())

    def _read(self) -> bool:
        """One read; whether there will be another."""
        at = time.monotonic()
        try:
            data = os.read(self.fileno, _READ)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            self._loop.call_soon_threadsafe(self._app.exit)
            return False
        self._say(self._framer.feed(data, at), at)
        return True

    def _say(self, segments: Sequence[Segment], at: float) -> None:
        for segment in segments:
            if segment.scanned:
                self._post([ScanReceived(segment.data, at)])
            else:
                self._post(self._keys.feed(segment.data))

    def _post(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _run_input_thread(self) -> None:
        """A fault in the thread is the app's to handle; the stock one shows all locals."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - handed on whole
            self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001 - its one hook

    def _query_in_band_window_resize(self) -> None:
        """Not asked for: SIGWINCH tells the size."""
