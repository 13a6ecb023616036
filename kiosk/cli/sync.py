"""`kiosk sync ...`: what the server has been told, and what it said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.cli.moments import to_second
from kiosk.complaints import CANNOT_TELL, NEGATIVE, OK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from kiosk.config import Config

DEADLINE: Final = 300.0
"""Seconds a running kiosk has for a round: after a long outage there is much to tell."""

_Entry = Annotated[str, typer.Argument(help="cli.sync.entry.help", metavar="SEQ")]


def add(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="cli.sync.help", no_args_is_help=True)
    group.command("now", help="cli.sync.now.help")(_now)
    group.command("explain", help="cli.sync.explain.help")(_explain)
    app.add_typer(group, name="sync")


def _now(
    context: typer.Context, *, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    frame = frame_of(context)

    def work() -> int:
        settings = frame.config(config)
        answer = frame.wait(_ask(frame, settings, "sync.now", {}))
        _tell(frame, answer, report_lines, settings.zone, as_json=as_json)
        if answer["failure"]:
            frame.complain(answer["failure"], {"status": ""})
        return CANNOT_TELL if answer["failure"] or answer["waiting"] else OK

    frame.guard(work)


def _explain(
    context: typer.Context,
    entry: _Entry,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)

    def work() -> int:
        params = {"entry": entry}
        settings = frame.config(config)
        answer = frame.wait(_ask(frame, settings, "sync.explain", params))
        _tell(frame, answer, story_lines, settings.zone, as_json=as_json)
        return NEGATIVE if answer["outcome"] == "refused" else OK

    frame.guard(work)


async def _ask(
    frame: Frame, config: Config, command: str, params: Mapping[str, str]
) -> dict[str, Any]:
    from kiosk.cli.desk import open_desk

    async with open_desk(config, frame.language) as desk:
        return await desk.ask(command, params, DEADLINE)


def _tell(
    frame: Frame,
    answer: dict[str, Any],
    lines: Callable[[Frame, dict[str, Any], ZoneInfo], Iterator[str]],
    zone: ZoneInfo,
    *,
    as_json: bool,
) -> None:
    if as_json:
        frame.say(json.dumps(answer, ensure_ascii=False))
        return
    for line in lines(frame, answer, zone):
        frame.say(line)


def report_lines(frame: Frame, report: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """How sync stands, a fact a line; `zone` is the centre's."""
    text = frame.text
    if report["kiosk"] is None:
        yield text("cli.sync.nobody")
    else:
        standing = text(f"cli.sync.standing.{report['standing']}")
        yield text("cli.sync.kiosk", kiosk=report["kiosk"], standing=standing)
    yield text("cli.sync.delivered", mark=report["mark"], head=report["head"])
    if report["waiting"]:
        oldest = to_second(report["oldest"], zone)
        yield text("cli.sync.waiting", count=report["waiting"], oldest=oldest)
    if report["parked"]:
        why = reason_of(frame, report["parked"])
        yield text("cli.sync.parked", since=to_second(report["parked_at"], zone), why=why)
    if report["contact_at"]:
        yield text("cli.sync.contact", at=to_second(report["contact_at"], zone))


def story_lines(frame: Frame, story: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """What became of an entry, in the order in which it happened; `zone` is the centre's."""
    text = frame.text
    yield text("cli.sync.entry", seq=story["seq"], kind=text(f"cli.sync.kind.{story['kind']}"))
    doubt = "cli.sync.written.suspect" if story["suspect"] else "cli.sync.written"
    yield text(doubt, at=to_second(story["at"], zone))
    yield from _said(frame, story["says"], zone)
    if story["outcome"] is None:
        yield text("cli.sync.unjudged", mark=story["mark"])
        return
    yield text("cli.sync.sent", at=to_second(story["sent_at"], zone))
    yield text(f"cli.sync.{story['outcome']}", at=to_second(story["judged_at"], zone))
    if story["reason"]:
        yield text("cli.sync.why", why=reason_of(frame, story["reason"]))


def _said(frame: Frame, says: dict[str, str], zone: ZoneInfo) -> Iterator[str]:
    from invoices.told import Told
    from invoices.verdict import Source, State, Verdict
    from kiosk.told_text import headline

    text = frame.text
    if not says:
        yield text("cli.sync.said.nothing")
        return
    as_of = to_second(says["as_of"], zone) if "as_of" in says else "–"
    told = Told(
        Verdict(says["verdict"]),
        State(says["state"]) if "state" in says else None,
        Source(says["source"]) if "source" in says else None,
    )
    source = f"source.{told.source}" if told.source else "cli.verify.no_source"
    if told.source is Source.PACK:
        source = "receipt.source.pack"
    result = headline(told, text, as_of, dated=told.dated)
    said = text(source, as_of=as_of)
    yield text("cli.sync.said", record=says["record"], result=result, source=said)


def reason_of(frame: Frame, code: str) -> str:
    """A reason in words, with its code for whoever looks it up."""
    key = f"reason.{code}"
    words = frame.text(key)
    return code if words == key else frame.text("cli.sync.reason", words=words, code=code)
