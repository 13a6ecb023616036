"""Where on the paper a field stands, drawn in characters: 28 columns by 8 lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from invoices.kinds import Field, Kind

if TYPE_CHECKING:
    from tui.kiosk.wording import Wording

INNER: Final = 26
LINES: Final = 6


class Slot(NamedTuple):
    """A place on the paper: line and column inside the frame, width in columns."""

    line: int
    column: int
    width: int


_ELECTRONIC: Final = {
    Field.CODE: Slot(0, 13, 12),
    Field.NUMBER: Slot(1, 13, 12),
    Field.ISSUED_ON: Slot(2, 13, 12),
    Field.CHECK_CODE: Slot(3, 13, 12),
    Field.AMOUNT: Slot(4, 10, 12),
    Field.SELLER_TAX_ID: Slot(5, 1, 14),
}
_PAPER: Final = {
    Field.CODE: Slot(0, 0, 12),
    Field.CHECK_CODE: Slot(1, 0, 12),
    Field.NUMBER: Slot(0, 14, 11),
    Field.ISSUED_ON: Slot(1, 14, 11),
    Field.AMOUNT: Slot(4, 10, 12),
    Field.SELLER_TAX_ID: Slot(5, 1, 14),
}
_DIGITAL: Final = {
    Field.NUMBER: Slot(0, 11, 14),
    Field.ISSUED_ON: Slot(1, 11, 14),
    Field.SELLER_TAX_ID: Slot(2, 13, 12),
    Field.AMOUNT: Slot(5, 11, 14),
}
_QR: Final = ("█▀▀▄▀█", "▀▄█▄ ▄")
_QR_LINE: Final = 2
_QR_COLUMN: Final = 2

PAPER_KINDS: Final = frozenset(
    {Kind.SPECIAL, Kind.FREIGHT, Kind.VEHICLE, Kind.ORDINARY, Kind.USED_CAR}
)
DIGITAL_KINDS: Final = frozenset({Kind.DIGITAL_SPECIAL, Kind.DIGITAL_ORDINARY, Kind.RAIL, Kind.AIR})


def paper_picture(field: Field, kind: Kind, wording: Wording) -> Content:
    """The paper with the place of `field` marked; both places while the kind is not known."""
    slots, marked = _layout(field, kind)
    label = wording.text(f"paper.{field}")
    lines = [_line(number, slots, marked, label) for number in range(LINES)]
    top, bottom = Content(f"╭{'─' * INNER}╮"), Content(f"╰{'─' * INNER}╯")
    return Content("\n").join([top, *lines, bottom])


def _layout(field: Field, kind: Kind) -> tuple[list[Slot], list[Slot]]:
    if kind in DIGITAL_KINDS and field in _DIGITAL:
        slots = _DIGITAL
    elif kind in PAPER_KINDS:
        slots = _PAPER
    else:
        slots = _ELECTRONIC
    marked = [slots[field]]
    if kind is Kind.UNKNOWN and field is Field.CODE:
        marked.append(_PAPER[Field.CODE])
    return [*slots.values()], marked


def _line(number: int, slots: list[Slot], marked: list[Slot], label: str) -> Content:
    """One line: bars for what stands there, the label where the eye should go."""
    here = sorted(slot for slot in {*slots, *marked} if slot.line == number)
    drawn = _QR[number - _QR_LINE] if 0 <= number - _QR_LINE < len(_QR) else ""
    parts: list[Content] = [Content("│").stylize("$quiet")]
    column = 0
    for slot in here:
        parts.append(_gap(column, slot.column, drawn))
        parts.append(_mark(label, slot.width) if slot in marked else _bar(slot.width))
        column = slot.column + slot.width
    parts.append(_gap(column, INNER, drawn))
    parts.append(Content("│").stylize("$quiet"))
    return Content("").join(parts)


def _gap(begin: int, end: int, drawn: str) -> Content:
    """Blanks, with a line of the code where it stands at the paper's left."""
    if begin == 0 and drawn:
        return Content(f"{'':{_QR_COLUMN}}{drawn}".ljust(end))
    return Content(" " * (end - begin))


def _mark(label: str, width: int) -> Content:
    text = Content(f"▶ {label}").truncate(width, pad=True)
    return text.stylize("bold $foreground-on-primary on $accent")


def _bar(width: int) -> Content:
    return Content("─" * (width - 2) + "  ").stylize("$quiet")
