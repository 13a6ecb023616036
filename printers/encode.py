"""A document to ESC/POS bytes.

Text goes out as plain GB18030 after `ESC @` and `FS &`, never through a library's own choice
of code pages. python-escpos builds the native QR commands and is loaded when one is wanted.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from printers.characters import cells, is_native
from printers.document import Document, Qr, Rule
from printers.errors import DocumentError
from printers.layout import Line, Row, lay_out
from printers.raster import draw_line, draw_qr, draw_rule, module_dots, qr_modules

if TYPE_CHECKING:
    from printers.font import Font
    from printers.profile import Profile

RESET = b"\x1b@"
CHINESE_ON = b"\x1c&"
_LEFT, _CENTER = b"\x1ba\x00", b"\x1ba\x01"
_BOLD_ON, _BOLD_OFF = b"\x1bE\x01", b"\x1bE\x00"
_DOUBLE, _NORMAL = b"\x1d!\x11", b"\x1d!\x00"
_QR_MARGIN = b"\x1bJ\x18"
_FEED = b"\x1bd"
_BREATH = b"\x1bJ\x06"
"""A double-high line takes just its own height; a little air keeps the next one off it."""

_CUT = b"\x1dVB\x00"
_TEAR_LINES = 4
"""Blank lines that bring the last line of a slip above the tear bar."""

GETA = "〓"
"""Stands for a character that cannot be printed, as printers of books do."""


def encode(document: Document, profile: Profile, font: Font | None) -> bytes:
    """The bytes that print a document and cut it off; never a real-time command among them.

    Raises:
        DocumentError: `encode.no_font` when the printer takes pictures only and no font was
            found; `document.*` and `font.unreadable` from the parts.
    """
    if profile.text == "raster" and font is None:
        raise DocumentError("encode.no_font")
    rows = lay_out(document, profile.columns)
    body = b"".join(_row(row, profile, font) for row in rows)
    return RESET + CHINESE_ON + body + end_of_slip(profile)


def end_of_slip(profile: Profile) -> bytes:
    """Bring the paper out and cut it, or far enough to be torn."""
    return _CUT if profile.cutter else _FEED + bytes([_TEAR_LINES])


def _row(row: Row, profile: Profile, font: Font | None) -> bytes:
    if isinstance(row, Line):
        return _line(row, profile, font)
    if isinstance(row, Rule):
        return _rule(profile)
    if isinstance(row, Qr):
        return _qr(row.data, profile)
    return _FEED + bytes([row.lines])


def _line(line: Line, profile: Profile, font: Font | None) -> bytes:
    drawn = profile.text == "raster" or not is_native(line.text)
    if drawn and font is not None and line.text:
        return draw_line(line, profile.dots, font).command()
    return _styled(line, _native(line.text).encode("gb18030"))


def _native(text: str) -> str:
    """The text with a stand-in, as wide as they are, for characters beyond the printer."""
    stand_in = ("", "?", GETA)
    return "".join(
        character if is_native(character) else stand_in[cells(character)] for character in text
    )


def _styled(line: Line, data: bytes) -> bytes:
    if line.size > 1:
        data = _DOUBLE + data + _NORMAL
    if line.bold:
        data = _BOLD_ON + data + _BOLD_OFF
    data += b"\n"
    if line.align == "center":
        data = _CENTER + data + _LEFT
    return data + _BREATH if line.size > 1 else data


def _rule(profile: Profile) -> bytes:
    if profile.text == "raster":
        return draw_rule(profile.dots).command()
    return b"-" * profile.columns + b"\n"


def _qr(data: str, profile: Profile) -> bytes:
    if profile.qr == "image":
        return draw_qr(data, profile.dots).command()
    module = module_dots(len(qr_modules(data)), profile.dots)
    return _CENTER + _QR_MARGIN + _native_qr(data, module) + _QR_MARGIN + _LEFT


def _native_qr(data: str, module: int) -> bytes:
    device_class, level = _library()
    device = device_class()
    device.qr(data, ec=level, size=module, native=True)
    return bytes(device.output)


@cache
def _library() -> tuple[Any, int]:
    """What python-escpos brings for a QR code; half a second to load, on the printer's thread."""
    from escpos import capabilities
    from escpos.constants import QR_ECLEVEL_M
    from escpos.printer import Dummy

    _clean_up_after(capabilities.pickle_path)
    return Dummy, QR_ECLEVEL_M


def _clean_up_after(left: str) -> None:
    """Remove the file, and its new folder, that python-escpos leaves behind in every process."""
    Path(left).unlink(missing_ok=True)
    with suppress(OSError):  # gone already, or a folder that somebody chose for it
        Path(left).parent.rmdir()
