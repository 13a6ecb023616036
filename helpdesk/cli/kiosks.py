"""``helpdesk kiosks``: let kiosks in, list them, shut them out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.confirmation import YesOption, confirm
from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of, visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from helpdesk.cli.frame import Frame
    from helpdesk.config import Config

__all__ = ["add", "local_time"]

NameOption = Annotated[str, typer.Option("--name")]
WantedOption = Annotated[str, typer.Option("--prefix")]
PrefixArgument = Annotated[str, typer.Argument(metavar="PREFIX", show_default=False)]

_TIME = "%Y-%m-%d %H:%M"


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("add")(add_kiosk)
    group.command("list")(list_kiosks)
    group.command("fence")(fence)
    group.command("forget-names")(forget_names)
    app.add_typer(group, name="kiosks")


def add_kiosk(
    context: typer.Context,
    name: NameOption = "",
    prefix: WantedOption = "",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Lease a prefix, and print the code by which one kiosk enrols."""
    from helpdesk.cli.qr_text import qr_lines
    from helpdesk.kiosks.commands import ADD

    frame = frame_of(context)
    settings = frame.load(config)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
            return
        expires = local_time(line["expires_at"], settings.centre.zone)
        frame.say("cli.kiosks.code", kiosk=line["kiosk"], code=line["code"], expires=expires)
        for row in qr_lines(line["code"]):
            frame.line(row)

    frame.run(settings, ADD, {"name": name, "prefix": prefix.strip().upper()}, tell)


def list_kiosks(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell of every kiosk how it stands, what it has pushed, and what waits for a person."""
    from helpdesk.kiosks.commands import LIST

    frame = frame_of(context)
    settings = frame.load(config)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
            return
        pushed = line["pushed_at"]
        frame.say(
            "cli.kiosks.line",
            kiosk=line["kiosk"],
            name=line["name"],
            standing=frame.text(f"standing.{line['standing']}"),
            mark=str(line["mark"]),
            exceptions=str(line["exceptions"]),
            pushed=local_time(pushed, settings.centre.zone) if pushed else "—",
        )

    frame.run(settings, LIST, {}, tell)


def fence(
    context: typer.Context,
    prefix: PrefixArgument,
    yes: YesOption = False,  # noqa: FBT002 - a flag
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Shut a kiosk out for ever, after asking."""
    from helpdesk.kiosks.commands import FENCE

    frame = frame_of(context)
    settings = frame.load(config)
    kiosk = prefix.strip().upper()
    if not yes:
        _confirm_fence(frame, settings, kiosk)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
        else:
            key = "cli.kiosks.fenced" if line["fresh"] else "cli.kiosks.fenced_before"
            frame.say(key, kiosk=line["kiosk"])

    frame.run(settings, FENCE, {"kiosk": kiosk}, tell)


def _confirm_fence(frame: Frame, settings: Config, kiosk: str) -> None:
    """Ask by name; a kiosk that is unknown or shut out already loses nothing by it."""
    from helpdesk.kiosks.commands import LIST

    found: list[Mapping[str, Any]] = []
    frame.run(settings, LIST, {}, found.append)
    for line in found:
        if line["kiosk"] == kiosk and line["standing"] != "fenced":
            pushed = line["pushed_at"]
            question = frame.text(
                "cli.kiosks.fence.question",
                kiosk=kiosk,
                name=visible(line["name"]) or "—",
                standing=frame.text(f"standing.{line['standing']}"),
                pushed=local_time(pushed, settings.centre.zone) if pushed else "—",
            )
            confirm(frame, question, kiosk)


def forget_names(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Let the names go that kiosks without enrolment have given themselves."""
    from helpdesk.kiosks.commands import FORGET_NAMES

    frame = frame_of(context)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
        else:
            frame.say("cli.kiosks.names_forgotten", names=str(line["names"]))

    frame.run(frame.load(config), FORGET_NAMES, {}, tell)


def local_time(text: str, zone: ZoneInfo) -> str:
    """A moment of a command's line, on the centre's clock."""
    return datetime.fromisoformat(text).astimezone(zone).strftime(_TIME)
