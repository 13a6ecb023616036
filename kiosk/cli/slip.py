"""`kiosk slip ...`: what staff may do with slips."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, Frame, JsonOption, frame_of, inputs
from kiosk.complaints import CANNOT_TELL, NEGATIVE, OK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpdesk.wire.site import Site
    from kiosk.clock import Clock
    from kiosk.config import Config
    from kiosk.trust.slip_check import SlipFinding

_Record = Annotated[str, typer.Argument(help="cli.record.help")]
_Codes = Annotated[list[str] | None, typer.Argument(help="cli.slip.code.help", metavar="[CODE]...")]
_File = Annotated[Path, typer.Argument(help="cli.slip.trust.file.help", metavar="FILE")]


def add(app: typer.Typer) -> None:
    """Register the group."""
    group = typer.Typer(help="cli.slip.help", no_args_is_help=True)
    group.command("reprint", help="cli.slip.reprint.help")(_reprint)
    group.command("check", help="cli.slip.check.help")(_check)
    group.command("trust", help="cli.slip.trust.help")(_trust)
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


def _check(
    context: typer.Context,
    code: _Codes = None,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)
    given = inputs(code, sys.stdin.buffer)
    frame.guard(lambda: _check_all(frame, frame.config(config), given, as_json=as_json))


def _check_all(frame: Frame, config: Config, given: Iterable[bytes], *, as_json: bool) -> int:
    """Check each; the worst of the exit statuses."""
    from kiosk.cli.slip_answer import answer_of, lines_of
    from kiosk.clock import SystemClock
    from kiosk.trust.site import read_site
    from kiosk.trust.slip_check import SlipChecker
    from kiosk.trust.store import TrustStore

    clock = SystemClock(config.zone)
    checker = SlipChecker(TrustStore(config.data).held(), clock.now())
    site = read_site(config.data)
    worst = OK
    for payload in given:
        found = checker.check(_text(payload, site))
        if as_json:
            frame.say(json.dumps(answer_of(found, frame.text), ensure_ascii=False))
        else:
            for line in lines_of(found, frame.text, clock):
                frame.say(line)
            if found.fault is not None:
                frame.complain(found.fault, found.params)
        worst = max(worst, _status(found))
    return worst


def _text(payload: bytes, site: Site | None) -> str:
    """The code as scanned, of an address the code in it; what is no text at all is no code."""
    from helpdesk.wire.errors import WireError
    from helpdesk.wire.site import SlipAddress
    from invoices.errors import RecordError
    from kiosk.reader import slip_code_of
    from kiosk.scanners.decoding import ScanError, decode

    try:
        text = decode(payload)
    except ScanError:
        return ""
    with suppress(RecordError, WireError):
        # A damaged address is told as a text that is no code.
        address = None if site is None else site.read(text)
        if isinstance(address, SlipAddress):
            return address.code
    return slip_code_of(text) or text


def _status(found: SlipFinding) -> int:
    from kiosk.trust.slip_check import Worth

    return {Worth.GOOD: OK, Worth.REFUSED: NEGATIVE, Worth.UNKNOWN: CANNOT_TELL}[found.worth]


def _trust(context: typer.Context, file: _File, config: ConfigOption = DEFAULT_CONFIG) -> None:
    frame = frame_of(context)
    frame.guard(lambda: _take_list(frame, frame.config(config), file))


def _take_list(frame: Frame, config: Config, file: Path) -> int:
    from datetime import datetime

    from kiosk.clock import SystemClock

    clock = SystemClock(config.zone)
    answer = _taken(frame, config, file.absolute(), clock)
    if refused := answer.get("refused"):
        frame.complain(refused["code"], refused["params"])
        return NEGATIVE
    until = clock.local(datetime.fromisoformat(answer["expires"])).isoformat(" ", "minutes")
    frame.say(frame.text("cli.slip.trust.taken", version=answer["version"], until=until))
    return OK


def _taken(frame: Frame, config: Config, file: Path, clock: Clock) -> dict[str, Any]:
    """By whoever owns the data folder: the kiosk that runs, else this command for a moment."""
    from kiosk.cli.desk import DEADLINE
    from kiosk.control import ask
    from kiosk.db.ownership import Ownership
    from kiosk.db.port import StoreError
    from kiosk.trust.store import TrustStore
    from kiosk.trust.taking import take_file

    try:
        ownership = Ownership(config.data, config.control)
    except StoreError as error:
        if error.code != "store.owned":
            raise
        params = {"file": str(file)}
        return frame.wait(ask(config.control, "trust.take", params, deadline=DEADLINE))
    try:
        return take_file(TrustStore(config.data), file, clock.now())
    finally:
        ownership.release()
