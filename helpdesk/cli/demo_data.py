"""`helpdesk demo-data`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from helpdesk.cli.frame import JsonOption, frame_of
from helpdesk.cli.progress import progress_bar
from helpdesk.demo_data.issuer import Issuer
from helpdesk.demo_data.samples import Sampler
from helpdesk.errors import HelpdeskError
from helpdesk.registry.columns import cells_of
from helpdesk.registry.table_writer import finished, table

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["add"]

_SOME = 5_000
_FIRST_YEAR = 2022
_LAST_YEAR = 2098

InvoicesOption = Annotated[int, typer.Option("--invoices", metavar="N")]
SeedOption = Annotated[str, typer.Option("--seed", metavar="S")]
AsOfOption = Annotated[str, typer.Option("--as-of", metavar="DATE")]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE")]
SamplesOption = Annotated[Path | None, typer.Option("--samples", metavar="FILE")]


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo-data")(demo_data)


def demo_data(
    context: typer.Context,
    invoices: InvoicesOption,
    seed: SeedOption,
    as_of: AsOfOption,
    out: OutOption,
    samples: SamplesOption = None,
    as_json: JsonOption = False,  # noqa: FBT002 - a flag
) -> None:
    """Write a file of invented invoices."""
    frame = frame_of(context)
    day = _day(as_of)
    # Not for secrets: the same seed must give the same invoices.
    issuer = Issuer(invoices, day, Random(seed))  # noqa: S311
    sampler = Sampler(day)
    with progress_bar(frame.err, frame.text("cli.demo_data.running")) as show:
        _write(issuer, sampler, out, lambda done: show(done, invoices))
    if samples is not None:
        _write_samples(issuer, sampler, samples)
    if as_json:
        frame.json({"invoices": invoices, "out": str(out), "samples": samples and str(samples)})
    else:
        frame.say("cli.demo_data.done", invoices=str(invoices), file=str(out))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise HelpdeskError("demo_data.as_of") from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise HelpdeskError("demo_data.as_of")
    return day


def _write(issuer: Issuer, sampler: Sampler, out: Path, show: Callable[[int], None]) -> None:
    with table(out) as write:
        for number, entry in enumerate(issuer.entries()):
            sampler.see(entry)
            write(cells_of(entry))
            if number % _SOME == 0:
                show(number)


def _write_samples(issuer: Issuer, sampler: Sampler, path: Path) -> None:
    with finished(path) as file:
        for sample in sampler.samples(issuer.unissued):
            file.write(json.dumps(sample.line(), ensure_ascii=False).encode() + b"\n")
