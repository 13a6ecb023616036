"""``helpdesk slips``: what staff may do with slips that kiosks have issued."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from helpdesk.cli.confirmation import YesOption, confirm
from helpdesk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from helpdesk.cli.frame import Frame
    from invoices.told import Told

__all__ = ["add"]

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", show_default=False)]


def add(app: typer.Typer) -> None:
    """Register the group of commands."""
    group = typer.Typer(no_args_is_help=True)
    group.command("check")(check)
    group.command("revoke")(revoke)
    app.add_typer(group, name="slips")


def check(
    context: typer.Context,
    code: CodeArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Tell whether a slip holds, and what it says, by the text of its code."""
    from helpdesk.trust.commands import CHECK_SLIP

    _run(frame_of(context), CHECK_SLIP, code, config, as_json=as_json)


def revoke(
    context: typer.Context,
    code: CodeArgument,
    yes: YesOption = False,  # noqa: FBT002 - a flag
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Take one slip back by the text of its code, after asking."""
    from helpdesk.trust.commands import REVOKE_SLIP

    if not yes:
        _confirm_revoke(frame_of(context), code, config)
    _run(frame_of(context), REVOKE_SLIP, code, config, as_json=as_json)


def _confirm_revoke(frame: Frame, code: str, config: Path) -> None:
    """Ask by the record's number; what does not hold anyway is told by the command itself."""
    from helpdesk.errors import HelpdeskError
    from helpdesk.trust.commands import CHECK_SLIP

    settings = frame.load(config)
    found: list[Mapping[str, Any]] = []
    try:
        frame.run(settings, CHECK_SLIP, {"code": code}, found.append)
    except HelpdeskError as error:
        if not error.code.startswith("slip."):
            raise
    for line in found:
        at = _minute(datetime.fromisoformat(line["issued_at"]), settings.centre.zone)
        record, issuer = line["record"], line["issuer"]
        question = frame.text("cli.slips.revoke.question", record=record, issuer=issuer, at=at)
        confirm(frame, question, record)


def _run(frame: Frame, command: str, code: str, config: ConfigOption, *, as_json: bool) -> None:
    settings = frame.load(config)

    def tell(line: Mapping[str, Any]) -> None:
        if as_json:
            frame.json(line)
            return
        done = {None: "holds", True: "revoked", False: "revoked_before"}[line.get("fresh")]
        frame.say(f"cli.slips.{done}", record=line["record"], issuer=line["issuer"])
        for sentence in _said(frame, line, settings.centre.zone):
            frame.line(sentence)

    frame.run(settings, command, {"code": code}, tell)


def _said(frame: Frame, line: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    """What the slip says, by which source and as of when, in the words of the kiosks."""
    at = _minute(datetime.fromisoformat(line["issued_at"]), zone)
    told = _told(line)
    if told is None:
        return [frame.text("cli.slips.said", at=at, result=frame.text("cli.slips.other"))]
    as_of = "" if told.as_of is None else _minute(told.as_of, zone)
    result = _result(frame, told, as_of)
    kiosk = line["issuer"].partition("/")[2]
    basis = frame.text(f"told.source.{told.rests_on}", as_of=as_of, kiosk=kiosk)
    said = [frame.text("cli.slips.said", at=at, result=result), basis]
    return [*said, frame.text("told.outdated")] if told.outdated else said


def _result(frame: Frame, told: Told, as_of: str) -> str:
    verdict = frame.text(f"verdict.{told.verdict}")
    if told.state is None:
        return verdict
    if told.dated:
        return frame.text("receipt.then_normal", verdict=verdict, as_of=as_of)
    state = frame.text(f"state.{told.state}")
    return frame.text("receipt.with_state", verdict=verdict, state=state)


def _told(line: Mapping[str, Any]) -> Told | None:
    from invoices.told import Told
    from invoices.verdict import Source, State, Verdict

    if line["verdict"] is None:
        return None
    return Told(
        Verdict(line["verdict"]),
        line["state"] and State(line["state"]),
        line["source"] and Source(line["source"]),
        line["as_of"] and datetime.fromisoformat(line["as_of"]),
        line["outdated"],
    )


def _minute(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")
