"""`kiosk packs ...`: the data that this kiosk checks by while the network is gone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.cli.moments import to_minute
from kiosk.complaints import NEGATIVE, OK

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from kiosk.cli.desk import Desk
    from kiosk.config import Config

LOOK: Final = 0.5
"""Seconds between two looks at how far it is."""
DEADLINE: Final = 24 * 3600.0
"""Seconds a running kiosk has to take packs: gigabytes from a slow stick."""

_SAID: Final = {None: "cli.packs.stand", False: "cli.packs.same", True: "cli.packs.taken"}
_Folder = Annotated[Path, typer.Argument(help="cli.packs.folder.help", metavar="FOLDER")]


def add(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="cli.packs.help", no_args_is_help=True)
    group.command("import", help="cli.packs.import.help")(_import)
    group.command("fetch", help="cli.packs.fetch.help")(_fetch)
    group.command("status", help="cli.packs.status.help")(_status)
    app.add_typer(group, name="packs")


def _import(
    context: typer.Context,
    folder: _Folder,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    _run(context, config, "packs.import", {"folder": str(folder.absolute())}, as_json=as_json)


def _fetch(
    context: typer.Context, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    _run(context, config, "packs.fetch", {}, as_json=as_json)


def _status(
    context: typer.Context, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    _run(context, config, "packs.status", {}, as_json=as_json)


def _run(
    context: typer.Context, path: Path, command: str, params: Mapping[str, Any], *, as_json: bool
) -> None:
    frame = frame_of(context)

    def work() -> int:
        config = frame.config(path)
        answer = frame.wait(_ask(frame, config, command, params))
        if as_json:
            frame.say(json.dumps(answer, ensure_ascii=False))
        else:
            _tell(frame, config, answer)
        good = answer["version"] is not None and not answer["expired"] and not answer["refused"]
        return OK if good else NEGATIVE

    frame.guard(work)


async def _ask(
    frame: Frame, config: Config, command: str, params: Mapping[str, Any]
) -> dict[str, Any]:
    # What a command needs is loaded when it runs.
    import asyncio

    from kiosk.cli.desk import open_desk

    async with open_desk(config, frame.language) as desk:
        work = asyncio.create_task(desk.ask(command, params, DEADLINE))
        if sys.stderr.isatty():
            await _watch(frame, desk, work)
        return await work


async def _watch(frame: Frame, desk: Desk, work: asyncio.Task[dict[str, Any]]) -> None:
    """Show how far it is until it is done."""
    import asyncio

    while not work.done():
        await asyncio.wait({work}, timeout=LOOK)
        if not work.done() and (at := (await desk.ask("packs.status", {}))["progress"]):
            share = f"{at[0] / max(at[1], 1):4.0%}"
            sys.stderr.write(f"\r{frame.text('cli.packs.taking')} {share}")
            sys.stderr.flush()
    sys.stderr.write("\r\x1b[K")


def _tell(frame: Frame, config: Config, answer: Mapping[str, Any]) -> None:
    if answer["version"] is None:
        frame.say(frame.text("cli.packs.nothing"))
        reason = answer["fault"] or ("pack.none" if answer["trusted"] else "pack.no_key")
        frame.complain(reason, {})
        return
    key = _SAID[answer.get("taken")]
    times = {name: to_minute(answer[name], config.zone) for name in ("as_of", "expires")}
    frame.say(frame.text(key, version=answer["version"], files=answer["files"], **times))
    if answer["expired"]:
        frame.say(frame.text("cli.packs.expired"))
    if answer["refused"]:
        frame.say(frame.text("cli.packs.refused", refused=answer["refused"]))
