"""`kiosk verify`: check invoices, by the running kiosk or, where none runs, in its place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.frame import (
    DEFAULT_CONFIG,
    ConfigOption,
    Frame,
    JsonOption,
    PayloadArgument,
    frame_of,
    inputs,
)
from kiosk.cli.moments import to_minute
from kiosk.complaints import BAD_INPUT, CANNOT_TELL, NEGATIVE, OK

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kiosk.config import Config

Answer = dict[str, Any]

_EXITS = {"bad_input": BAD_INPUT, "unsupported": BAD_INPUT, "unavailable": CANNOT_TELL}
_OfflineOption = Annotated[bool, typer.Option("--offline", help="cli.offline.help")]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("verify", help="cli.verify.help")(_verify)


def _verify(
    context: typer.Context,
    payload: PayloadArgument = None,
    *,
    offline: _OfflineOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)
    given = inputs(payload, sys.stdin.buffer)

    def tell(answer: Answer, zone: ZoneInfo | None = None) -> int:
        shown = json.dumps(answer, ensure_ascii=False) if as_json else line_of(frame, answer, zone)
        frame.say(shown)
        return exit_of(answer)

    def work() -> int:
        if offline and not config.exists():
            # Never set up, so never enrolled: nothing is made for it either.
            return _without_key(frame, given, tell)
        settings = frame.config(config)
        tell_here = partial(tell, zone=settings.zone)
        return frame.wait(_checked(frame, settings, given, tell_here, offline=offline))

    frame.guard(work)


def exit_of(answer: Answer) -> int:
    """The exit status of one answer: a state that expired data told may hold no more."""
    holds = answer["verdict"] == "match" and answer["state"] == "normal"
    if holds and not _outdated(answer):
        return OK
    return _EXITS.get(answer["verdict"], NEGATIVE)


def _outdated(answer: Answer) -> bool:
    return any(item["code"] == "pack_outdated" for item in answer["advice"])


def _without_key(frame: Frame, given: Iterable[bytes], tell: Any) -> int:
    from kiosk.answer import offline_answer

    frame.complain("pack.no_key", {})
    return max([tell(offline_answer(frame.text)) for _ in given], default=CANNOT_TELL)


async def _checked(
    frame: Frame, config: Config, given: Iterable[bytes], tell: Any, *, offline: bool
) -> int:
    from kiosk.cli.desk import open_desk

    worst = OK
    async with open_desk(config, frame.language) as desk:
        for payload in given:
            answer = await desk.verify(payload, offline=offline)
            if error := answer.pop("error", None):
                frame.complain(error["code"], error["params"])
            worst = max(worst, tell(answer))
    return worst


def line_of(frame: Frame, answer: Answer, zone: ZoneInfo | None) -> str:
    """One answer in one line; moments by `zone`, the centre's. Without one none is told."""
    result = frame.text(f"verdict.{answer['verdict']}")
    as_of = to_minute(answer["as_of"], zone) if answer["as_of"] and zone else "–"
    if _outdated(answer):
        result = frame.text("receipt.then_normal", verdict=result, as_of=as_of)
    elif answer["state"]:
        state = frame.text(f"state.{answer['state']}")
        result = frame.text("receipt.with_state", verdict=result, state=state)
    source = f"source.{answer['source']}" if answer["source"] else "cli.verify.no_source"
    if answer["source"] == "pack":
        source = "receipt.source.pack"
    return frame.text(
        "cli.verify.line",
        result=result,
        source=frame.text(source, as_of=as_of),
        record=answer["record"] or frame.text("cli.verify.no_source"),
        advice=" ".join(item["text"] for item in answer["advice"]),
    )
