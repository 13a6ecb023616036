"""A QR code drawn with half blocks, dark on light whatever the theme."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.widgets.half_blocks import enlarged, half_blocks

BORDER = 2
"""Modules of quiet zone; two are enough on a screen and save four columns against four."""


def qr_dots(data: str) -> list[list[bool]]:
    """The code's modules with their quiet zone; 51 alphanumeric characters make 33 by 33."""
    import qrcode  # late: not needed for the first paint
    from qrcode.constants import ERROR_CORRECT_L

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=BORDER)
    code.add_data(data)
    code.make()
    return [[bool(dot) for dot in row] for row in code.get_matrix()]


class CodePicture(Static):
    """Shows `data` as a QR code, each module `scale` columns wide."""

    DEFAULT_CSS = """
    CodePicture {
        width: auto;
        height: auto;
        color: black;
        background: white;
        text-wrap: nowrap;
    }
    """

    def __init__(self, data: str, *, scale: int = 1) -> None:
        self._dots = qr_dots(data)
        self._scale = scale
        super().__init__(self._picture())

    def resize_to(self, scale: int) -> None:
        """Draw it larger or smaller."""
        if scale != self._scale:
            self._scale = scale
            self.update(self._picture())

    def _picture(self) -> Content:
        return Content(half_blocks(enlarged(self._dots, self._scale)))
