"""`kiosk demo`: the whole system on this machine, to see and to try."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from kiosk.cli.frame import frame_of

ZONE = "Asia/Shanghai"

TourOption = Annotated[bool, typer.Option("--tour", help="cli.demo.tour.help")]
PicturesOption = Annotated[
    Path | None, typer.Option("--screenshots", help="cli.demo.screenshots.help", metavar="FOLDER")
]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo", help="cli.demo.help")(_demo)


def _demo(
    context: typer.Context,
    tour: TourOption = False,  # noqa: FBT002 -- typer reads flags this way
    screenshots: PicturesOption = None,
) -> None:
    frame = frame_of(context)
    # Only this command needs what the demo is made of.
    from kiosk.demo import show
    from kiosk.demo.language import demo_language
    from kiosk.i18n import Catalogues

    words = demo_language(os.environ, Catalogues(domains=("kiosk", "tui", "demo")))
    today = datetime.now(ZoneInfo(ZONE)).date()

    # Ended from outside, or by its window being closed, it still ends all that it started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)

    def work() -> int:
        if screenshots is not None:
            return show.screenshots(today, words, frame.say, screenshots)
        if tour or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return show.tour(today, words, frame.say)
        return show.show(today, words, frame.say)

    frame.guard(work)
