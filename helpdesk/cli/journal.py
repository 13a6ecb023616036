"""``helpdesk journal``: journals that come on a stick."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, NEGATIVE, ConfigOption, JsonOption, frame_of
from helpdesk.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["add"]

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    # One command alone would become the group itself.
    group.callback()(_group)
    group.command("import")(import_file)
    app.add_typer(group, name="journal")


def _group() -> None:
    """Stand for the group."""


def import_file(
    context: typer.Context,
    file: FileArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Take what a kiosk exported for this server."""
    from helpdesk.kiosks.commands import IMPORT

    frame = frame_of(context)
    settings = frame.load(config)
    summary: dict[str, Any] = {}

    def take(line: Mapping[str, Any], show: Callable[[float, float], None]) -> None:
        if "progress" in line:
            show(line["progress"]["done"], line["progress"]["total"])
        else:
            summary.update(line["summary"])

    with progress_bar(frame.err, frame.text("cli.journal.running")) as show:
        frame.run(settings, IMPORT, {"file": str(file.absolute())}, lambda x: take(x, show))
    if as_json:
        frame.json({"summary": summary})
    else:
        frame.say("cli.journal.done", **{name: str(value) for name, value in summary.items()})
    if summary["refused"]:
        raise typer.Exit(NEGATIVE)
