"""`kiosk run`: the visitor's full-screen kiosk, and the small parent that brings it back."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, frame_of

if TYPE_CHECKING:
    from kiosk.config import Config

SCREEN = "kiosk.bootstrap"
"""The module that draws."""


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run", help="cli.run.help")(_run)


def _run(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG) -> None:
    frame = frame_of(context)

    def work() -> int:
        checked = frame.config(config)
        _claim(checked)
        return _supervise(checked, config)

    frame.guard(work)


def _claim(config: Config) -> None:
    """A folder that is another kiosk's is told before anything is drawn.

    Raises:
        StoreError: `store.owned` or `store.unusable`.
    """
    from kiosk.db.ownership import Ownership

    Ownership(config.data, config.control).release()


def _supervise(config: Config, path: Path) -> int:
    # The screen loads what draws; this process stays small.
    from kiosk.console import Console
    from kiosk.i18n import Catalogues
    from kiosk.supervisor import Supervisor

    catalogues = Catalogues(config.kiosk.language, domains=("tui",))
    notice = [
        catalogues.translator(code)("outofservice.last_words") for code in catalogues.languages
    ]
    supervisor = Supervisor(
        [sys.executable, "-m", SCREEN, str(path)],
        environ=os.environ,
        console=Console(notice),
        monotonic=time.monotonic,
    )
    return supervisor.run()
