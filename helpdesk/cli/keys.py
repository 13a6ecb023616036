"""``helpdesk keys``: the key ring."""

from __future__ import annotations

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of

__all__ = ["add"]


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("init")(init)
    group.command("rotate")(rotate)
    app.add_typer(group, name="keys")


def init(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Make a key ring where the configuration wants it."""
    from helpdesk.security import KeyRing

    frame = frame_of(context)
    folder = frame.load(config).keys
    KeyRing.create(folder)
    if as_json:
        frame.json({"keys": str(folder), "access": str(folder / KeyRing.ACCESS_FILE)})
    else:
        frame.say("cli.keys.made", path=str(folder), access=str(folder / KeyRing.ACCESS_FILE))


def rotate(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Add a key version for what is sealed from now on."""
    from helpdesk.security import KeyRing

    frame = frame_of(context)
    version = KeyRing.rotate(frame.load(config).keys)
    if as_json:
        frame.json({"version": version})
    else:
        frame.say("cli.keys.rotated", version=str(version))
