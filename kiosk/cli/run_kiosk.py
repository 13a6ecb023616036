"""`kiosk run` for typer: help, and any call that `plain_run` does not take."""

from __future__ import annotations

import os

import typer

from kiosk.bootstrap.supervised import run_supervised
from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, frame_of


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run", help="cli.run.help")(_run)


def _run(context: typer.Context, config: ConfigOption = DEFAULT_CONFIG) -> None:
    frame_of(context).guard(lambda: run_supervised(config, os.environ))
