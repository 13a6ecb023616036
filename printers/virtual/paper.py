"""The paper in the virtual printer: what commands leave on it, cut into slips."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from printers.virtual.commands import Command

COLUMN, LINE, SPACING = 12, 24, 30


@dataclass(frozen=True, slots=True)
class Style:
    """How the next character comes out; `align` 0 left, 1 middle, 2 right."""

    align: int = 0
    bold: bool = False
    size: int = 1
    spacing: int = SPACING


@dataclass(frozen=True, slots=True)
class Cell:
    """One character, `columns` wide before it is enlarged."""

    character: str
    columns: int
    style: Style

    @property
    def dots(self) -> int:
        """Its width on paper."""
        return self.columns * self.style.size * COLUMN


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of characters."""

    cells: tuple[Cell, ...]
    align: int
    height: int

    def left(self, dots: int) -> int:
        """Where it begins on a paper so wide."""
        return (dots - sum(cell.dots for cell in self.cells)) * self.align // 2


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of dots, eight a byte."""

    stride: int
    data: bytes
    align: int = 0

    @property
    def rows(self) -> int:
        """Its height in dots."""
        return len(self.data) // self.stride


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR code that the printer draws itself."""

    data: bytes
    module: int
    level: int
    align: int


@dataclass(frozen=True, slots=True)
class Blank:
    """Paper fed without printing."""

    height: int


Strip = Printed | Picture | Symbol | Blank


@dataclass(frozen=True, slots=True)
class Slip:
    """A piece of paper from cut to cut."""

    strips: tuple[Strip, ...]
    dots: int

    @property
    def text(self) -> str:
        """What a person reads, line by line; a QR code with its data, a picture by its size."""
        lines: list[str] = []
        seen = [strip for strip in self.strips if not _hairline(strip)]
        for drawn, strips in groupby(seen, key=lambda strip: isinstance(strip, Picture)):
            group = list(strips)
            lines.extend([_picture_text(group)] if drawn else map(self._line, group))
        return "\n".join(lines).strip("\n") + "\n"

    def _line(self, strip: Strip) -> str:
        if isinstance(strip, Symbol):
            return f"[QR {strip.data.decode('utf-8', 'replace')}]"
        if not isinstance(strip, Printed):
            return ""
        indent = " " * (strip.left(self.dots) // COLUMN)
        return (indent + "".join(cell.character for cell in strip.cells)).rstrip()


@dataclass(slots=True)
class Paper:
    """A roll with a print head over it."""

    dots: int
    slips: list[Slip] = field(default_factory=list)
    _style: Style = field(default_factory=Style)
    _line: list[Cell] = field(default_factory=list)
    _strips: list[Strip] = field(default_factory=list)
    _symbol: Symbol = field(default_factory=lambda: Symbol(b"", 3, 48, 0))

    def apply(self, command: Command) -> None:
        """Do what one command says; unknown ones do nothing."""
        name, arguments = command.name, command.arguments
        if name == b"text":
            self._put(arguments)
        elif name[:1] == b"\n":
            self._end_line()
        elif name == b"\x1b@":
            self._line.clear()
            self._style = Style()
        elif name in {b"\x1ba", b"\x1bE", b"\x1d!", b"\x1b3", b"\x1b2"}:
            self._restyle(name, arguments)
        elif name in {b"\x1bd", b"\x1bJ"}:
            self._feed(name, arguments[0])
        elif name == b"\x1d(" and arguments[:1] == b"k":
            self._qr(arguments[3:])
        elif name == b"\x1dv":
            self._raster(arguments[1:])
        elif name == b"\x1dV":
            self.cut()

    def cut(self) -> None:
        """End the slip, where anything is on it."""
        if self._line:
            self._end_line()
        if any(not isinstance(strip, Blank) and _inked(strip) for strip in self._strips):
            self.slips.append(Slip(tuple(self._strips), self.dots))
        self._strips.clear()

    def _put(self, raw: bytes) -> None:
        character = raw.decode("gb18030" if len(raw) > 1 else "cp437", "replace")
        cell = Cell(character[:1], len(raw), self._style)
        if sum(other.dots for other in self._line) + cell.dots > self.dots:
            self._end_line()
        self._line.append(cell)

    def _end_line(self) -> None:
        tallest = max((cell.style.size for cell in self._line), default=1)
        height = max(self._style.spacing, tallest * LINE)
        self._strips.append(Printed(tuple(self._line), self._style.align, height))
        self._line.clear()

    def _restyle(self, name: bytes, arguments: bytes) -> None:
        value = arguments[0] if arguments else SPACING
        if name == b"\x1ba":
            self._style = replace(self._style, align=value % 48)
        elif name == b"\x1bE":
            self._style = replace(self._style, bold=bool(value & 1))
        elif name == b"\x1d!":
            self._style = replace(self._style, size=(value & 0x07) + 1)
        else:
            self._style = replace(self._style, spacing=value)

    def _feed(self, name: bytes, amount: int) -> None:
        if self._line:
            self._end_line()
        if name == b"\x1bJ":
            self._strips.append(Blank(amount))
        else:
            blank = Printed((), 0, self._style.spacing)
            self._strips.extend([blank] * amount)

    def _qr(self, arguments: bytes) -> None:
        """GS ( k for code 49: 65 model, 67 module, 69 level, 80 store, 81 print."""
        function, value = arguments[1], arguments[2:]
        if function == 67:  # noqa: PLR2004 -- the numbers are the command's own
            self._symbol = replace(self._symbol, module=value[0])
        elif function == 69:  # noqa: PLR2004
            self._symbol = replace(self._symbol, level=value[0])
        elif function == 80:  # noqa: PLR2004
            self._symbol = replace(self._symbol, data=value[1:])
        elif function == 81:  # noqa: PLR2004
            self._strips.append(replace(self._symbol, align=self._style.align))

    def _raster(self, arguments: bytes) -> None:
        stride = int.from_bytes(arguments[1:3], "little")
        if stride and arguments[5:]:
            self._strips.append(Picture(stride, arguments[5:], self._style.align))


def _hairline(strip: Strip) -> bool:
    """Too little paper to count as an empty line."""
    return isinstance(strip, Blank) and strip.height < LINE // 2


def _inked(strip: Strip) -> bool:
    if isinstance(strip, Printed):
        return bool(strip.cells)
    return not isinstance(strip, Picture) or any(strip.data)


def _picture_text(strips: list[Strip]) -> str:
    pictures = [strip for strip in strips if isinstance(strip, Picture)]
    width = max(picture.stride for picture in pictures) * 8
    return f"[picture {width}x{sum(picture.rows for picture in pictures)}]"
