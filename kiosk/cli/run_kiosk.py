"""`kiosk run`: the visitor's full-screen kiosk."""

from __future__ import annotations

import os

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, frame_of


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run", help="cli.run.help")(_run)


def _run(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG) -> None:
    frame = frame_of(context)

    def work() -> int:
        checked = frame.config(config)
        # Textual, and all that draws, is loaded by this command alone.
        from kiosk.bootstrap.run import run

        return run(checked, os.environ)

    frame.guard(work)
