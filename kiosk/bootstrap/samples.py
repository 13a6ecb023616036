"""The demo's sample codes as the sheet behind F9 shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.demo.samples import read_samples, sheet_samples
from tui.kiosk.answers import headline_key
from tui.kiosk.ports import Sample

if TYPE_CHECKING:
    from kiosk.config import Config

SHEET = "sheet.html"
"""The same codes as a page, beside the file of samples."""


def read_sheet(config: Config) -> tuple[Sample, ...]:
    """One sample of each answer; empty where none are configured.

    Raises:
        KioskError: `demo.samples`, the file cannot be read.
    """
    if not config.kiosk.samples:
        return ()
    return tuple(
        Sample(headline_key(sample.verdict, sample.state, scanned=True), sample.payload.encode())
        for sample in sheet_samples(read_samples(config.folder / config.kiosk.samples))
    )


def find_page(config: Config) -> str:
    """The path of the page with the same codes, to hold to a scanner; empty where there is none."""
    if not config.kiosk.samples:
        return ""
    page = (config.folder / config.kiosk.samples).with_name(SHEET)
    return str(page) if page.exists() else ""
