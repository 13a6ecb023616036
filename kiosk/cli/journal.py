"""`kiosk journal ...`: the journal as a file, for a kiosk whose link does not come back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.complaints import OK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.config import Config

DEADLINE: Final = 300.0

_File = Annotated[Path, typer.Argument(help="cli.journal.file.help", metavar="FILE")]
_WholeOption = Annotated[bool, typer.Option("--all", help="cli.journal.all.help")]


def add(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="cli.journal.help", no_args_is_help=True)
    # A group of one command would become that command.
    group.callback(help="cli.journal.help")(_group)
    group.command("export", help="cli.journal.export.help")(_export)
    app.add_typer(group, name="journal")


def _group() -> None:
    """Nothing to do before the command."""


def _export(
    context: typer.Context,
    file: _File,
    *,
    whole: _WholeOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)
    params: dict[str, str | bool] = {"file": str(file.absolute()), "whole": whole}

    def work() -> int:
        return frame.wait(_ask(frame, frame.config(config), params, as_json=as_json))

    frame.guard(work)


async def _ask(
    frame: Frame, config: Config, params: Mapping[str, str | bool], *, as_json: bool
) -> int:
    from kiosk.cli.desk import open_desk

    async with open_desk(config, frame.language) as desk:
        answer = await desk.ask("journal.export", params, DEADLINE)
    if as_json:
        frame.say(json.dumps(answer, ensure_ascii=False))
    else:
        frame.say(frame.text("cli.journal.done", **answer))
    return OK
