"""`kiosk run` as it is nearly always called, told apart without typer.

Loading typer and declaring all commands takes 180 ms of CPU, more than half of what the
whole way to the first screen may take. Any other call, help and mistakes among them, is
typer's.
"""

from __future__ import annotations

from collections.abc import Sequence

CONFIG = "config.toml"
"""The configuration file where none is named."""


def config_of(arguments: Sequence[str]) -> str | None:
    """The configuration file of a plain `run [--config FILE]`; `None` for any other call."""
    match arguments:
        case ["run"]:
            return CONFIG
        case ["run", "--config", file] if not file.startswith("-"):
            return file
        case ["run", option] if option.startswith("--config=") and not option.endswith("="):
            return option.removeprefix("--config=")
    return None
