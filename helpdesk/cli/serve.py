"""``helpdesk serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    migrate: Annotated[bool, typer.Option("--migrate")] = False,  # noqa: FBT002 - a flag
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Run the server until it is told to end."""
    from helpdesk.logs import configure_logs
    from helpdesk.serve import run

    frame = frame_of(context)
    loaded = frame.load(config)
    end_logs = configure_logs(loaded.log)

    def listening(address: str) -> None:
        if as_json:
            frame.json({"listening": address})
        else:
            frame.say("cli.serve.listening", address=address)

    try:
        run(loaded, frame.environ, listening=listening, migrating=migrate)
    finally:
        end_logs()
