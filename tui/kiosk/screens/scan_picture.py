"""A picture of an invoice, its code at the top left, held to the scanner."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_LINES = (
    "╭──────────────────────────╮        ",
    "│ █▀▀▀█ █▀▀▀█              │        ",
    "│ █ █ █ ▄▀█▄    ─────────  │   ╭───╮",
    "│ █▄▄▄█ ▀▄▀█    ─────────  │ ◄─┤▒▒▒│",
    "│                          │   ╰─┬─╯",
    "│ ──────── ────── ──── ─── │     │  ",
    "╰──────────────────────────╯   ╶─┴─╴",
)


class ScanPicture(Static):
    """Static and small; it moves nothing, so it costs nothing."""

    DEFAULT_CSS = """
    ScanPicture { width: auto; height: auto; color: $primary; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__(Content("\n".join(_LINES)))
