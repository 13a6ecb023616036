"""`kiosk status`: how the kiosk is now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.complaints import CANNOT_TELL, OK

if TYPE_CHECKING:
    from kiosk.config import Config

PAUSE = 1.0
"""Seconds between two looks of `--watch`."""

_WatchOption = Annotated[bool, typer.Option("--watch", help="cli.watch.help")]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status", help="cli.status.help")(_status)


def _status(
    context: typer.Context,
    *,
    watch: _WatchOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)

    def tell(state: dict[str, Any]) -> None:
        frame.say(json.dumps(state, ensure_ascii=False) if as_json else _line(frame, state))

    def work() -> int:
        return frame.wait(_look(frame, frame.config(config), tell, watch=watch))

    frame.guard(work)


async def _look(frame: Frame, config: Config, tell: Any, *, watch: bool) -> int:
    import asyncio

    from kiosk.cli.desk import open_desk

    state: dict[str, Any] = {}
    while True:
        async with open_desk(config, frame.language) as desk:
            now = await desk.status()
        if now != state:
            state = now
            tell(state)
        if not watch:
            return OK if state["running"] else CANNOT_TELL
        await asyncio.sleep(PAUSE)


def _line(frame: Frame, state: dict[str, Any]) -> str:
    counts = {"today": state["today"], "kept": state["kept"]}
    if not state["running"]:
        return frame.text("cli.status.stopped", **counts)
    return frame.text(
        "cli.status.running",
        link=frame.text(f"cli.status.link.{state['link']}"),
        printer=frame.text(f"cli.status.device.{state['printer']}"),
        scanner=frame.text(f"cli.status.device.{state['scanner']}"),
        **counts,
    )
