"""``helpdesk slips``: what staff may do with slips that kiosks have issued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["add"]

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", show_default=False)]


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    # A group of one command would otherwise become that command.
    group.callback()(_group)
    group.command("revoke")(revoke)
    app.add_typer(group, name="slips")


def _group() -> None:
    """Stand for the group itself."""


def revoke(
    context: typer.Context,
    code: CodeArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Take one slip back by the text of its code."""
    from helpdesk.trust.commands import REVOKE_SLIP

    frame = frame_of(context)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
        else:
            key = "cli.slips.revoked" if line["fresh"] else "cli.slips.revoked_before"
            frame.say(key, record=line["record"], issuer=line["issuer"])

    frame.run(frame.load(config), REVOKE_SLIP, {"code": code}, tell)
