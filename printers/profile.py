"""What one printer can do; nothing about it is asked of the printer itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from printers.errors import DocumentError

COLUMN_DOTS = 12
"""Width of one column: font A is 12 dots wide, a Chinese character two columns."""

PAPERS = {32: 58, 48: 80}
"""Columns of font A to the width of the paper in millimetres, at 203 dots an inch."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of printer.

    `text`: `gb18030` sends characters (a line the printer's own font cannot hold goes as a
    picture), `raster` sends every line as a picture. `qr`: drawn by the printer, or by us.
    `status`: answers DLE EOT; without it nothing is ever confirmed. `confirms`: also answers
    GS r behind the data; without it a slip stays `sent`. `cutter`: has one.

    Raises:
        DocumentError: `profile.columns` or `profile.dots` for paper we do not know.
    """

    columns: int = 32
    dots: int = 0
    text: Literal["gb18030", "raster"] = "gb18030"
    qr: Literal["native", "image"] = "native"
    status: bool = True
    confirms: bool = True
    cutter: bool = True

    def __post_init__(self) -> None:
        """Fill in the dots and check that they belong to the columns."""
        if self.columns not in PAPERS:
            raise DocumentError("profile.columns", columns=str(self.columns))
        if self.dots == 0:
            object.__setattr__(self, "dots", self.columns * COLUMN_DOTS)
        if self.dots != self.columns * COLUMN_DOTS:
            raise DocumentError("profile.dots", dots=str(self.dots))
