"""A slip that shows whether a printer prints: characters of both languages, width, code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from printers.document import Block, Document, Feed, Pair, Qr, Rule, Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kiosk.config import Config
    from kiosk.i18n import Translate

CODE: Final = "YANPIAO-TEST"
"""What the code says: no invoice, so that a kiosk that scans it says that it has read it."""


def write_trial_slip(config: Config, at: datetime, texts: Sequence[Translate]) -> Document:
    """The slip at a moment of the wall clock, told in each language, one after the other."""
    ruler = ("1234567890" * 5)[: config.printer.columns]
    first = texts[0]
    titles: list[Block] = [Text(text("receipt.test"), align="center", bold=True) for text in texts]
    facts = [
        Pair(first("receipt.test.at"), f"{at:%Y-%m-%d %H:%M:%S}"),
        Pair(first("receipt.test.kiosk"), config.kiosk.prefix),
        Pair(first("receipt.test.printer"), f"{config.printer.kind} {config.printer.address}"),
    ]
    advice = [Text(text("receipt.test.look"), align="center") for text in texts]
    return Document(
        blocks=(
            *titles,
            Text(config.centre.name, align="center"),
            Rule(),
            *facts,
            Rule(),
            Text(ruler),
            Text(first("receipt.test.large"), align="center", size=2, bold=True),
            Qr(CODE),
            *advice,
            Feed(1),
        )
    )
