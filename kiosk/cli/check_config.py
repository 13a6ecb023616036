"""`kiosk check-config`: the kiosk's part of the file; the server's has a command of its own."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of
from kiosk.complaints import OK
from kiosk.errors import KioskError


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check-config", help="cli.check_config.help")(_check_config)


_Production = Annotated[bool, typer.Option("--production", help="cli.check_config.production.help")]


def _check_config(
    context: typer.Context,
    *,
    production: _Production = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)

    def work() -> int:
        from kiosk.config import SECTIONS

        settings = frame.config(config)
        if production and settings.kiosk.samples:
            # On the sheet of samples a key ends the kiosk, and the visitor has the machine.
            raise KioskError("production.samples", {"key": "kiosk.samples"})
        if as_json:
            frame.say(json.dumps({"ok": True, "sections": [*SECTIONS]}))
        else:
            sections = " ".join(f"[{name}]" for name in SECTIONS)
            frame.say(frame.text("cli.check_config.ok", file=str(config), sections=sections))
        return OK

    frame.guard(work)
