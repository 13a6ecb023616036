"""A slip as a picture: the strips of paper drawn one under the other."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from printers.glyphs import Pen
from printers.virtual.paper import LINE, Picture, Printed, Slip, Strip, Symbol

if TYPE_CHECKING:
    from printers.font import Font

PAPER, INK = (253, 252, 248), (38, 36, 40)
_WIDTHS = {384: 464, 576: 640}
"""Printable dots to the dots of the whole paper: 58 and 80 mm at eight dots a millimetre."""

_TOP, _BOTTOM, _TOOTH = 36, 36, 8


def render(slip: Slip, font: Font) -> Image.Image:
    """The slip, dot by dot, on paper with torn edges."""
    drawn = [_draw(strip, slip.dots, font) for strip in slip.strips]
    width = _WIDTHS.get(slip.dots, slip.dots + 64)
    ink = Image.new("L", (width, _TOP + sum(strip.height for strip in drawn) + _BOTTOM))
    top = _TOP
    for strip in drawn:
        ink.paste(strip, ((width - slip.dots) // 2, top))
        top += strip.height
    return _on_paper(ink)


def png(slip: Slip, font: Font) -> bytes:
    """The picture as a PNG file's bytes."""
    target = BytesIO()
    render(slip, font).save(target, "PNG", optimize=True)
    return target.getvalue()


def _draw(strip: Strip, dots: int, font: Font) -> Image.Image:
    if isinstance(strip, Printed):
        return _draw_line(strip, dots, font)
    if isinstance(strip, Picture):
        return _draw_picture(strip, dots)
    if isinstance(strip, Symbol):
        return _draw_symbol(strip, dots)
    return Image.new("L", (dots, strip.height))


def _draw_line(line: Printed, dots: int, font: Font) -> Image.Image:
    image = Image.new("L", (dots, line.height))
    draw = ImageDraw.Draw(image)
    tallest = max((cell.style.size for cell in line.cells), default=1)
    bottom = (line.height + tallest * LINE) // 2
    left = line.left(dots)
    for style, cells in groupby(line.cells, key=lambda cell: cell.style):
        group = list(cells)
        pen = Pen(draw, font, style.size, style.bold)
        pen.write("".join(cell.character for cell in group), left, bottom - style.size * LINE)
        left += sum(cell.dots for cell in group)
    return image


def _draw_picture(picture: Picture, dots: int) -> Image.Image:
    whole = picture.data[: picture.rows * picture.stride]
    bits = Image.frombytes("1", (picture.stride * 8, picture.rows), whole)
    image = Image.new("L", (dots, picture.rows))
    image.paste(bits.convert("L"), ((dots - bits.width) * picture.align // 2, 0))
    return image


def _draw_symbol(symbol: Symbol, dots: int) -> Image.Image:
    from qrcode.main import QRCode  # only slips with a code that the printer draws

    levels = {48: 1, 49: 0, 50: 3, 51: 2}  # L M Q H, as ESC/POS and as the library count them
    code = QRCode(error_correction=levels.get(symbol.level, 1), border=0)
    code.add_data(symbol.data)
    code.make(fit=True)
    matrix = code.get_matrix()
    side = len(matrix) * symbol.module
    small = Image.new("L", (len(matrix), len(matrix)))
    small.putdata([255 if module else 0 for row in matrix for module in row])
    image = Image.new("L", (dots, side))
    large = small.resize((side, side), Image.Resampling.NEAREST)
    image.paste(large, ((dots - side) * symbol.align // 2, 0))
    return image


def _on_paper(ink: Image.Image) -> Image.Image:
    """Dark ink on light paper, the cutter's teeth at both ends, on nothing."""
    size = ink.size
    paper = Image.composite(Image.new("RGB", size, INK), Image.new("RGB", size, PAPER), ink)
    edge = Image.new("L", size, 255)
    draw = ImageDraw.Draw(edge)
    for left in range(0, size[0], 2 * _TOOTH):
        valley = (left + _TOOTH, _TOOTH)
        draw.polygon([(left, 0), valley, (left + 2 * _TOOTH, 0)], fill=0)
        low = size[1] - 1
        peak = (left + _TOOTH, low - _TOOTH)
        draw.polygon([(left, low), peak, (left + 2 * _TOOTH, low)], fill=0)
    paper.putalpha(edge)
    return paper
