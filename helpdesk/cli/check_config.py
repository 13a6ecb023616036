"""``helpdesk check-config``: the server's part of the file; `kiosk check-config` has the other."""

from __future__ import annotations

from typing import Annotated

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, NEGATIVE, ConfigOption, JsonOption, frame_of

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check-config")(check_config)


def check_config(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    production: Annotated[bool, typer.Option("--production")] = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Read the configuration and tell what is wrong with it."""
    from helpdesk.config import SECTIONS
    from helpdesk.config_file import ConfigError
    from helpdesk.production import problems_of

    frame = frame_of(context)
    loaded = frame.load(config)
    problems = problems_of(loaded, production=production)
    if as_json:
        for problem in problems:
            frame.json({"problem": problem.code, **problem.params})
        frame.json({"ok": not problems, "sections": [*SECTIONS]})
    elif problems:
        frame.complain(ConfigError(problems))
    else:
        sections = " ".join(f"[{name}]" for name in SECTIONS)
        frame.say("cli.check_config.ok", file=str(config), sections=sections)
    if problems:
        raise typer.Exit(NEGATIVE)
