"""The system that is measured: a demo registry, its server, a kiosk's configuration, QR texts."""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from helpdesk.demo_data.samples import scannable
from helpdesk.registry.columns import Entry
from helpdesk.registry.rows import RowParser
from invoices.claim import from_qr
from invoices.qr import read
from invoices.qr_writer import write_face
from invoices.rules import Policy, refusal
from invoices.verdict import State
from kiosk.i18n import Catalogues

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from invoices.face import Face
    from kiosk.demo.stage import Stage
    from kiosk.i18n import Translate

LANGUAGE: Final = "zh_CN"
BARE: Final = (sys.executable, "-m", "benchmarks.bare_app")


def today() -> date:
    """The business day."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def words() -> Translate:
    """The words of the kiosk's screens."""
    return Catalogues(LANGUAGE, domains=("tui",)).translator(LANGUAGE)


def kiosk_command(stage: Stage) -> list[str]:
    """What a visitor's kiosk is started with."""
    return [sys.executable, "-m", "kiosk", "run", "--config", str(stage.config)]


def screen_command(stage: Stage) -> list[str]:
    """What the supervisor starts."""
    return [sys.executable, "-m", "kiosk.bootstrap", str(stage.config)]


def traced_command(stage: Stage, file: Path) -> list[str]:
    """The same screen, which writes its own times to `file`."""
    return [sys.executable, "-m", "benchmarks.traced_kiosk", str(stage.config), str(file)]


def entries(registry: Path, day: date) -> Iterator[Entry]:
    """The rows of a registry file."""
    parser = RowParser(day)
    with registry.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for cells in rows:
            yield parser.parse(cells)


def faces_that_match(registry: Path, day: date) -> Iterator[Face]:
    """Invoices in force whose code, scanned on `day`, gives a match."""
    for entry in entries(registry, day):
        face = entry.face
        if entry.state is State.NORMAL and scannable(face):
            claim = from_qr(read(write_face(face)))
            if refusal(claim, day, Policy()) is None:
                yield face
