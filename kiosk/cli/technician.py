"""`kiosk technician`: the technician's full screen."""

from __future__ import annotations

import os

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, frame_of


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("technician", help="cli.technician.help")(_technician)


def _technician(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG) -> None:
    frame = frame_of(context)

    def work() -> int:
        # Full-screen parts are loaded by this command alone.
        from kiosk.bootstrap.technician import run_technician

        return run_technician(frame.config(config), frame.language, os.environ)

    frame.guard(work)
