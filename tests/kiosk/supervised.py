"""A supervisor over a screen of a few lines, for a terminal of its own."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from kiosk.console import Console
from kiosk.supervisor import Backoff, Supervisor

NOTICE = ("本机暂停服务，请到人工窗口。", "Out of service, please see the counter.")

SCREEN = r"""
import os, signal, sys, time
mode, folder = sys.argv[1], sys.argv[2]
runs = os.path.join(folder, "runs")
with open(runs, "a") as file:
    file.write("x")
number = os.path.getsize(runs)
if mode == "config":
    sys.exit(print("error[config.key]: no such key", file=sys.stderr) or 2)
if mode == "cannot" or (mode == "crash-then-cannot" and number > 1):
    sys.exit(print("error[store.owned]: another kiosk", file=sys.stderr) or 3)
if mode in {"crash", "crash-then-cannot"} or (mode == "crash-once" and number == 1):
    sys.stderr.write("\x1b[?1049h\x1b[?1003h\x1b[?2004h\x1b[?25lsecret 91110108MA00\x1b]0;half")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)
if mode == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0 if mode == "zero" else 7))
signal.signal(signal.SIGWINCH, lambda *_: print("resized", *os.get_terminal_size()))
sys.stderr.write(f"\x1b[?1049h\x1b[H\x1b[2Jscreen {number}")
sys.stderr.flush()
if mode == "ends":
    sys.exit(0)
while True:
    signal.pause()
"""


def main() -> int:
    mode, folder, pause = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    speed = float(sys.argv[4]) if sys.argv[4:] else 1.0
    screen = folder / "screen.py"
    screen.write_text(SCREEN)

    def note(status: int) -> None:
        with (folder / "ends").open("a") as ends:
            ends.write(f"{status}\n")

    def run() -> int:
        if mode == "fault":
            raise RuntimeError
        os.execv(sys.executable, [sys.executable, "-S", str(screen), mode, str(folder)])  # noqa: S606 - our own file

    return Supervisor(
        run,
        console=Console(lambda: NOTICE),
        monotonic=lambda: time.monotonic() * speed,
        backoff=Backoff(pauses=(0.0, pause), grace=0.5),
        on_end=note,
    ).run()


if __name__ == "__main__":
    sys.exit(main())
