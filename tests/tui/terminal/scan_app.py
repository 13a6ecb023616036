"""A small app on the kiosk's driver: shows what it was scanned, typed, pasted and touched."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence

from tui.terminal.environment import prepare

prepare(os.environ)

from textual.app import App, ComposeResult  # noqa: E402 - after the environment is set
from textual.content import Content  # noqa: E402
from textual.widgets import Button, Input, Static  # noqa: E402

from kiosk.scanners.decoding import decode  # noqa: E402
from kiosk.scanners.framing import FramingRules, ScanFramer, Segment  # noqa: E402
from kiosk.scanners.shape import is_code  # noqa: E402
from tui.terminal.driver import KioskDriver  # noqa: E402
from tui.terminal.messages import ScanReceived  # noqa: E402


class ScanApp(App[None], inherit_bindings=False):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, gap: float) -> None:
        super().__init__(driver_class=KioskDriver)
        self.framer: ScanFramer | None = ScanFramer(FramingRules(gap=gap), is_code)
        self._scans: list[bytes] = []
        self._clicks = 0

    def compose(self) -> ComposeResult:
        yield Input(id="typed")
        yield Button("press", id="press")
        yield Button("clear", id="clear")
        yield Static("", id="report", markup=False)

    def on_mount(self) -> None:
        self._report("ready")

    def on_scan_received(self, message: ScanReceived) -> None:
        self._scans.append(message.data)
        self._report(decode(message.data))

    def on_button_pressed(self, message: Button.Pressed) -> None:
        if message.button.id == "clear":
            self._scans.clear()
            self.query_one(Input).clear()
            self._report("cleared")
        else:
            self._clicks += 1
            self._report("click")

    def on_input_changed(self, message: Input.Changed) -> None:
        if message.value:
            self._report("typing")

    def _report(self, last: str) -> None:
        digest = hashlib.sha256(b"\0".join(self._scans)).hexdigest()[:16]
        typed = self.query_one(Input).value
        self.query_one("#report", Static).update(
            Content(
                f"scans={len(self._scans)} digest={digest} clicks={self._clicks}\n"
                f"typed=<{typed}>\nlast={last}"
            )
        )


class BrokenFramer(ScanFramer):
    def feed(self, data: bytes, at: float) -> Sequence[Segment]:
        secret = data.decode()
        raise RuntimeError(secret)


class BrokenApp(ScanApp):
    """Tells what became of a fault in the input thread, as the kiosk's app does."""

    def __init__(self) -> None:
        super().__init__(0.035)
        self.framer = BrokenFramer(FramingRules(), is_code)

    def _handle_exception(self, error: Exception) -> None:
        self.exit(return_code=5, message=f"heard {type(error).__name__}")


if __name__ == "__main__":
    app = BrokenApp() if sys.argv[1:] == ["broken"] else ScanApp(float(sys.argv[1]))
    app.run()
    sys.exit(app.return_code)
