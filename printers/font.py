"""The font for lines drawn as pictures, and for the virtual printer's paper."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from printers.errors import DocumentError

if TYPE_CHECKING:
    from PIL import ImageFont

PACKAGE = "pylopdf_fonts_zh_cn"
FILE = "NotoSansSC-Regular.otf"


class Font:
    """One font file in the sizes asked for; loading happens at the first use of a size.

    Used from one thread: that of its printer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    @property
    def path(self) -> Path:
        """The font file."""
        return self._path

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The font at a height in dots.

        Raises:
            DocumentError: `font.unreadable` when the file is no font any more.
        """
        if size not in self._sizes:
            from PIL import ImageFont  # a slip without pictures never loads Pillow

            try:
                self._sizes[size] = ImageFont.truetype(str(self._path), size)
            except OSError as error:
                raise DocumentError("font.unreadable", path=str(self._path)) from error
        return self._sizes[size]


def find_font(path: Path | None = None) -> Font | None:
    """The font at `path`, or the one of the installed package; `None` where there is none.

    Without a font no line can be drawn: tell staff (`doctor`), slips of a `raster` printer
    fail with `encode.no_font`, and rare characters print as 〓. Looks at the disk, so call it
    before the event loop runs or in a thread.
    """
    if path is None:
        try:
            path = Path(str(resources.files(PACKAGE) / FILE))
        except ModuleNotFoundError:
            return None
    return Font(path) if path.is_file() else None
