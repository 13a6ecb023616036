"""The demo's sample codes, each with the verdict and the state it must give."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from invoices.verdict import State, Verdict
from kiosk.demo.errors import DemoError

SERIES = "daily_limit"
"""Labels of one code checked again and again: the sixth time on a day is refused."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A code to scan. `fields` are what a person would type instead, by field name."""

    label: str
    payload: str
    verdict: Verdict
    state: State | None
    fields: dict[str, str]


def read_samples(path: Path) -> list[Sample]:
    """The samples that `helpdesk demo-data --samples` wrote.

    Raises:
        DemoError: `demo.samples` when the file is missing or not such a file.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_sample(line) for line in lines if line]
    except (OSError, ValueError, KeyError) as error:
        raise DemoError("demo.samples", file=str(path)) from error


def _sample(line: str) -> Sample:
    said = json.loads(line)
    state = said["state"]
    return Sample(
        said["label"],
        said["payload"],
        Verdict(said["verdict"]),
        None if state is None else State(state),
        dict(said["fields"]),
    )


def one_of_each(samples: list[Sample]) -> list[Sample]:
    """The first sample of every verdict and state, in the order they come.

    The daily limit needs its five earlier checks, so all of that series stays in, each after
    another invoice: the same code read twice in a row would be one check.
    """
    series = [sample for sample in samples if sample.label.startswith(SERIES)]
    seen: set[tuple[Verdict, State | None]] = set()
    others = []
    for sample in samples:
        outcome = (sample.verdict, sample.state)
        if outcome not in seen and sample not in series:
            others.append(sample)
        seen.add(outcome)
    return list(_interleaved(others, series))


def _interleaved(others: list[Sample], series: list[Sample]) -> Iterator[Sample]:
    """As many of the others between two of the series as go round."""
    for each in others:
        yield each
        if series:
            yield series.pop(0)
    yield from series


def sheet_samples(samples: list[Sample]) -> list[Sample]:
    """One sample of each answer that a single scan gives, as sheets of codes show them.

    The daily limit is not among them: any code shows it, checked a sixth time.
    """
    return [sample for sample in one_of_each(samples) if not sample.label.startswith(SERIES)]
