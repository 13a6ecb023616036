"""`kiosk check-config`: the kiosk's part of the file; the server's has a command of its own."""

from __future__ import annotations

import json

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of
from kiosk.complaints import OK


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check-config", help="cli.check_config.help")(_check_config)


def _check_config(
    context: typer.Context, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    frame = frame_of(context)

    def work() -> int:
        from kiosk.config import SECTIONS

        frame.config(config)
        if as_json:
            frame.say(json.dumps({"ok": True, "sections": [*SECTIONS]}))
        else:
            sections = " ".join(f"[{name}]" for name in SECTIONS)
            frame.say(frame.text("cli.check_config.ok", file=str(config), sections=sections))
        return OK

    frame.guard(work)
