"""`kiosk sync ...`: what the server has been told, and what it said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of
from kiosk.complaints import CANNOT_TELL, NEGATIVE, OK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

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
        answer = frame.wait(_ask(frame, frame.config(config), "sync.now", {}))
        _tell(frame, answer, report_lines, as_json=as_json)
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
        answer = frame.wait(_ask(frame, frame.config(config), "sync.explain", params))
        _tell(frame, answer, story_lines, as_json=as_json)
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
    lines: Callable[[Frame, dict[str, Any]], Iterator[str]],
    *,
    as_json: bool,
) -> None:
    if as_json:
        frame.say(json.dumps(answer, ensure_ascii=False))
        return
    for line in lines(frame, answer):
        frame.say(line)


def report_lines(frame: Frame, report: dict[str, Any]) -> Iterator[str]:
    """How sync stands, a fact a line."""
    text = frame.text
    if report["kiosk"] is None:
        yield text("cli.sync.nobody")
    else:
        standing = text(f"cli.sync.standing.{report['standing']}")
        yield text("cli.sync.kiosk", kiosk=report["kiosk"], standing=standing)
    yield text("cli.sync.delivered", mark=report["mark"], head=report["head"])
    if report["waiting"]:
        oldest = _local(report["oldest"])
        yield text("cli.sync.waiting", count=report["waiting"], oldest=oldest)
    if report["parked"]:
        why = reason_of(frame, report["parked"])
        yield text("cli.sync.parked", since=_local(report["parked_at"]), why=why)
    if report["contact_at"]:
        yield text("cli.sync.contact", at=_local(report["contact_at"]))


def story_lines(frame: Frame, story: dict[str, Any]) -> Iterator[str]:
    """What became of an entry, in the order in which it happened."""
    text = frame.text
    yield text("cli.sync.entry", seq=story["seq"], kind=text(f"cli.sync.kind.{story['kind']}"))
    doubt = "cli.sync.written.suspect" if story["suspect"] else "cli.sync.written"
    yield text(doubt, at=_local(story["at"]))
    yield from _said(frame, story["says"])
    if story["outcome"] is None:
        yield text("cli.sync.unjudged", mark=story["mark"])
        return
    yield text("cli.sync.sent", at=_local(story["sent_at"]))
    yield text(f"cli.sync.{story['outcome']}", at=_local(story["judged_at"]))
    if story["reason"]:
        yield text("cli.sync.why", why=reason_of(frame, story["reason"]))


def _said(frame: Frame, says: dict[str, str]) -> Iterator[str]:
    from invoices.told import Told
    from invoices.verdict import Source, State, Verdict
    from kiosk.told_text import headline

    text = frame.text
    if not says:
        yield text("cli.sync.said.nothing")
        return
    as_of = _local(says["as_of"]) if "as_of" in says else "–"
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


def _local(moment: str) -> str:
    """A moment on this machine's wall clock, to the second."""
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")
