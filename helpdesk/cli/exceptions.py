"""``helpdesk exceptions``: what of the kiosks' journals waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of, visible
from helpdesk.cli.kiosks import local_time

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from helpdesk.cli.frame import Frame

__all__ = ["add"]

IdArgument = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
NoteOption = Annotated[str, typer.Option("--note")]
ResolvedOption = Annotated[bool, typer.Option("--resolved")]


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list")(list_exceptions)
    group.command("show")(show)
    group.command("resolve")(resolve)
    group.command("access")(access)
    app.add_typer(group, name="exceptions")


def list_exceptions(
    context: typer.Context,
    resolved: ResolvedOption = False,  # noqa: FBT002 - a flag
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell what waits, the oldest first."""
    from helpdesk.kiosks.commands import EXCEPTIONS

    frame = frame_of(context)
    settings = frame.load(config)
    found = []

    def tell(line: Mapping[str, Any]) -> None:
        found.append(line["id"])
        _tell(frame, line, settings.centre.zone, as_json=as_json)

    frame.run(settings, EXCEPTIONS, {"resolved": resolved}, tell)
    if not found and not as_json:
        frame.say("cli.exceptions.none")


def show(
    context: typer.Context,
    exception: IdArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell of one matter all that its entries say."""
    from helpdesk.kiosks.commands import EXCEPTION

    frame = frame_of(context)
    settings = frame.load(config)
    zone = settings.centre.zone

    def tell(line: Mapping[str, Any]) -> None:
        entry = line.get("entry")
        if as_json:
            frame.json(line)
        elif entry is None:
            _tell(frame, line, zone, as_json=False)
        else:
            frame.say(
                "cli.exceptions.entry",
                seq=str(entry["seq"]),
                occurred=local_time(entry["occurred_at"], zone),
                received=local_time(entry["received_at"], zone),
            )
            for name, value in (entry["says"] or {}).items():
                frame.line(f"    {visible(name)}: {_plain(value)}")

    frame.run(settings, EXCEPTION, {"id": exception.strip().upper()}, tell)


def resolve(
    context: typer.Context,
    exception: IdArgument,
    note: NoteOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Note what was done about a matter, and close it."""
    from helpdesk.kiosks.commands import RESOLVE

    frame = frame_of(context)
    params = {"id": exception.strip().upper(), "note": note}

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
        else:
            frame.say("cli.exceptions.resolved", id=line["id"])

    frame.run(frame.load(config), RESOLVE, params, tell)


def access(
    context: typer.Context,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Print the secret with which a program may use the API of exceptions."""
    from helpdesk.security import KeyRing
    from helpdesk.security.purposes import OPERATOR_ACCESS
    from helpdesk.web.principals import OPERATOR_SCHEME

    frame = frame_of(context)
    secret = KeyRing.open(frame.load(config).keys).secret(OPERATOR_ACCESS).hex()
    value = f"{OPERATOR_SCHEME} {secret}"
    if as_json:
        frame.json({"authorization": value})
    else:
        frame.line(f"Authorization: {value}")


def _tell(frame: Frame, line: Mapping[str, Any], zone: ZoneInfo, *, as_json: bool) -> None:
    text = frame.text(f"exception.{line['code']}")
    if as_json:
        frame.json({**line, "text": text})
        return
    about = {"id": line["id"], "opened": local_time(line["opened_at"], zone), "text": text}
    if line["first_seq"]:
        span = {name: str(line[f"{name}_seq"]) for name in ("first", "last")}
        entries = str(line["entries"])
        frame.say("cli.exceptions.line", kiosk=line["kiosk"], entries=entries, **span, **about)
    elif line["kiosk"]:
        frame.say("cli.exceptions.line.kiosk", kiosk=line["kiosk"], **about)
    else:
        frame.say("cli.exceptions.line.centre", **about)
    if line["told"]:
        frame.say("cli.exceptions.beside", told=line["told"], found=line["found"])
    if line["note"]:
        frame.say("cli.exceptions.note", note=visible(line["note"]))


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{visible(name)} {_plain(item)}" for name, item in value.items())
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    return visible(str(value))
