"""Lines, rules and QR codes as bits, for printers and characters that need pictures.

Some printers look for real-time commands (DLE EOT, DLE ENQ, DLE DC4) in everything that
arrives, pictures included, and answer in the middle of one or open the drawer. No bits made
here hold such a pair: one dot beside it is darkened, which no eye sees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from printers.characters import width
from printers.errors import DocumentError
from printers.glyphs import PITCH, Pen
from printers.profile import COLUMN_DOTS

if TYPE_CHECKING:
    from PIL import Image

    from printers.font import Font
    from printers.layout import Line

BAND_ROWS = 32
"""Rows in one command, so that a small buffer takes it and a torn one is soon over."""

QUIET = 4
"""White modules around a QR code, as its standard asks."""

_MODULE_MIN, _MODULE_MAX = 3, 8
_MIDDLE = 112
_RULE_ROWS, _RULE_ABOVE, _RULE_HEIGHT = 2, 8, 18
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")


@dataclass(frozen=True, slots=True)
class Bits:
    """A black-and-white picture as wide as the paper: eight dots a byte, 1 is ink."""

    stride: int
    data: bytes

    def command(self) -> bytes:
        """The picture in bands of `GS v 0`."""
        step = self.stride * BAND_ROWS
        bands = (self.data[start : start + step] for start in range(0, len(self.data), step))
        return b"".join(self._band(band) for band in bands)

    def _band(self, band: bytes) -> bytes:
        rows = len(band) // self.stride
        head = b"\x1dv0\x00" + self.stride.to_bytes(2, "little") + rows.to_bytes(2, "little")
        return head + without_real_time(band)


def without_real_time(data: bytes) -> bytes:
    """The same bits with one dot more wherever a real-time command would stand."""
    return _REAL_TIME.sub(b"\x18", data)


def draw_line(line: Line, dots: int, font: Font) -> Bits:
    """A line of text on its columns."""
    from PIL import Image, ImageDraw  # only slips with pictures need Pillow

    image = Image.new("L", (dots, PITCH * line.size))
    used = width(line.text) * COLUMN_DOTS * line.size
    left = (dots - used) // 2 if line.align == "center" else 0
    pen = Pen(ImageDraw.Draw(image), font, line.size, line.bold)
    pen.write(line.text, left, (PITCH - 24) // 2 * line.size)
    return _bits(image)


def draw_rule(dots: int) -> Bits:
    """A thin line across the paper."""
    stride = dots // 8
    below = _RULE_HEIGHT - _RULE_ABOVE - _RULE_ROWS
    blank = bytes(stride)
    return Bits(stride, blank * _RULE_ABOVE + b"\xff" * stride * _RULE_ROWS + blank * below)


def draw_qr(data: str, dots: int) -> Bits:
    """A QR code (level M) in the middle, quiet zone included."""
    modules = qr_modules(data)
    module = module_dots(len(modules), dots)
    stride, border = dots // 8, bytes(dots // 8) * (QUIET * module)
    left = (dots - len(modules) * module) // 2
    rows = (_qr_row(row, module, left, stride) * module for row in modules)
    return Bits(stride, border + b"".join(rows) + border)


def qr_modules(data: str) -> list[list[bool]]:
    """The code's modules, row by row, without quiet zone."""
    from qrcode.constants import ERROR_CORRECT_M  # a second to load, so only when a code is drawn
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(data)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def module_dots(modules: int, dots: int) -> int:
    """Dots a module so that the code and its quiet zone fit.

    Raises:
        DocumentError: `document.qr_wide` when modules would be too small to scan.
    """
    fitting = dots // (modules + 2 * QUIET)
    if fitting < _MODULE_MIN:
        raise DocumentError("document.qr_wide")
    return min(fitting, _MODULE_MAX)


def _qr_row(row: list[bool], module: int, left: int, stride: int) -> bytes:
    ink = "0" * left + "".join(("1" if dark else "0") * module for dark in row)
    return int(ink.ljust(stride * 8, "0"), 2).to_bytes(stride, "big")


def _bits(image: Image.Image) -> Bits:
    sharp = image.point(lambda value: 255 if value > _MIDDLE else 0).convert("1")
    return Bits(image.width // 8, sharp.tobytes())
