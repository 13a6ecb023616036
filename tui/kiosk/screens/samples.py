"""The demo's sheet: codes to try, each fed in as the scanner would."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.kiosk.screen import KioskScreen

_SIGN = 2
"""Columns of the widest sign of an answer."""


class SamplesScreen(KioskScreen):
    """Choosing a line scans it."""

    OVERLAY = True
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "help.close", key_display="Esc"),
        Binding("q", "end", "samples.end"),
        Binding("Q", "end", show=False),
    ]

    def compose_body(self) -> ComposeResult:
        ports = self.desk.ports
        samples = ports.samples if ports is not None else ()
        yield Static(self.say("samples.title"), id="samples-title", markup=False)
        yield OptionList(
            *(Option(_aligned(self.say(sample.key))) for sample in samples),
            id="samples",
            markup=False,
        )
        if ports is not None and ports.sample_page:
            page = self.say("samples.page", path=ports.sample_page)
            yield Static(page, id="samples-page", markup=False)

    async def recompose(self) -> None:
        """The same line of the sheet is chosen, and Enter scans it, in the other language too."""
        chosen = self.query_one(OptionList).highlighted
        await super().recompose()
        sheet = self.query_one(OptionList)
        sheet.highlighted = chosen
        sheet.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        ports = self.desk.ports
        if ports is not None:
            payload = ports.samples[event.option_index].payload
            self.desk.stay()
            self.desk.receive_scan(payload)

    def action_close(self) -> None:
        """Back to where one was."""
        self.desk.stay()

    def action_end(self) -> None:
        """The demo is over."""
        self.desk.end_demo()


def _aligned(line: Content) -> Content:
    """The sign at its beginning two columns wide: some are wide characters, some are not."""
    sign, _, words = line.plain.partition(" ")
    return Content.assemble(Content(sign).pad_right(max(0, _SIGN - cell_len(sign))), " ", words)
