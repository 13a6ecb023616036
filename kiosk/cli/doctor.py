"""`kiosk doctor`: everything looked at once, each finding with what to do about it.

Works beside a running kiosk and without one; it writes nothing and takes no lock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kiosk.cli.frame import DEFAULT_CONFIG, ConfigOption, JsonOption, frame_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kiosk.checkup.finding import Finding
    from kiosk.checkup.words import Reader, Words

_COLUMN: Final = 10
"""Cells of the name of a part."""
_TechnicianOption = Annotated[bool, typer.Option("--technician", help="cli.doctor.technician.help")]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("doctor", help="cli.doctor.help")(_doctor)


def _doctor(
    context: typer.Context,
    *,
    as_json: JsonOption = False,
    technician: _TechnicianOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    frame = frame_of(context)

    def work() -> int:
        from kiosk.checkup.finding import exit_status
        from kiosk.checkup.words import Reader

        reader = Reader.TECHNICIAN if technician else Reader.OPERATOR
        findings, words = frame.wait(_examine(config, frame.environ, frame.language, reader))
        for line in (_objects if as_json else _lines)(findings, words):
            frame.say(line)
        return exit_status(findings)

    frame.guard(work)


async def _examine(
    path: Path, environ: Mapping[str, str], language: str, reader: Reader
) -> tuple[Sequence[Finding], Words]:
    # What looks is loaded by this command alone.
    from kiosk.bootstrap.checkup import Checkup
    from kiosk.checkup.judge import judge, judge_config
    from kiosk.checkup.words import words_in
    from kiosk.clock import SystemClock
    from kiosk.config_file import ConfigError, load

    try:
        config = load(path, environ)
    except ConfigError as error:
        return judge_config(error.problems), words_in(language, reader=reader)
    clock = SystemClock(config.zone)
    looked = await Checkup(config, clock).look()
    return judge(config, looked), words_in(language, clock.local, reader)


def _objects(findings: Sequence[Finding], words: Words) -> Iterator[str]:
    for each in findings:
        told = {"text": words.line(each), "do": words.cure(each)}
        yield json.dumps(each.form() | told, ensure_ascii=False)


def _lines(findings: Sequence[Finding], words: Words) -> Iterator[str]:
    # Loaded with typer already.
    from rich.cells import set_cell_size

    from kiosk.checkup.words import MARKS

    for each in findings:
        name = set_cell_size(words.part(each.part), _COLUMN)
        yield f"{MARKS[each.level]} {name} {words.line(each)}"
        if cure := words.cure(each):
            yield f"  {' ' * _COLUMN} → {cure}"
    yield words.summary(findings)
