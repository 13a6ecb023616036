"""`kiosk enrol CODE`: becoming a kiosk of a centre."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.complaints import OK

if TYPE_CHECKING:
    from kiosk.config import Config

DEADLINE: Final = 60.0
"""Seconds a running kiosk has for it."""

_FROM_INPUT: Final = "-"

_Code = Annotated[str, typer.Argument(help="cli.enrol.code.help", metavar="CODE")]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("enrol", help="cli.enrol.help")(_enrol)


def _enrol(
    context: typer.Context,
    code: _Code,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)

    def work() -> int:
        return frame.wait(_ask(frame, frame.config(config), _given(code), as_json=as_json))

    frame.guard(work)


def _given(code: str) -> str:
    """The code; `-` stands for a line of standard input, where no list of processes shows it."""
    return sys.stdin.readline().strip() if code == _FROM_INPUT else code


async def _ask(frame: Frame, config: Config, code: str, *, as_json: bool) -> int:
    from kiosk.cli.desk import open_desk

    async with open_desk(config, frame.language) as desk:
        answer = await desk.ask("enrol", {"code": code}, DEADLINE)
    if as_json:
        frame.say(json.dumps(answer, ensure_ascii=False))
    else:
        frame.say(frame.text("cli.enrol.done", **answer))
    return OK
