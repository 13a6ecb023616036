"""`kiosk slip ...`: what staff may do with slips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, frame_of
from kiosk.complaints import OK

if TYPE_CHECKING:
    from kiosk.config import Config

_Record = Annotated[str, typer.Argument(help="cli.record.help")]


def add(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="cli.slip.help", no_args_is_help=True)
    group.command("reprint", help="cli.slip.reprint.help")(_reprint)
    app.add_typer(group, name="slip")


def _reprint(
    context: typer.Context, record: _Record, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    frame = frame_of(context)
    frame.guard(lambda: frame.wait(_print(frame, frame.config(config), record)))


async def _print(frame: Frame, config: Config, record: str) -> int:
    from invoices.record import read_record_code
    from kiosk.cli.desk import open_desk

    number, _ = read_record_code(record)
    async with open_desk(config, frame.language) as desk:
        job = await desk.reprint(number)
    frame.say(frame.text("cli.slip.queued", job=job))
    return OK
