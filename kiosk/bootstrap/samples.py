"""The demo's sample codes as the sheet behind F9 shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.demo.samples import one_of_each, read_samples
from tui.kiosk.answers import headline_key
from tui.kiosk.ports import Sample

if TYPE_CHECKING:
    from kiosk.config import Config

SERIES = "daily_limit"
"""Needs its five earlier checks: scanning any sample six times shows the same."""


def read_sheet(config: Config) -> tuple[Sample, ...]:
    """One sample of each answer; empty where none are configured.

    Raises:
        KioskError: `demo.samples`, the file cannot be read.
    """
    if not config.kiosk.samples:
        return ()
    path = config.folder / config.kiosk.samples
    samples = one_of_each(read_samples(path))
    return tuple(
        Sample(headline_key(sample.verdict, sample.state), sample.payload.encode())
        for sample in samples
        if not sample.label.startswith(SERIES)
    )
