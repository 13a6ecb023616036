"""Where on the paper a field stands, drawn in characters: 28 columns by 8 lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from textual.content import Content

from invoices.kinds import Field, Kind
from tui.kiosk.amount_names import amount_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invoices.claim import Claim
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
_EITHER: Final = Slot(0, 13, 13)
"""At the top right: an electronic invoice's code, a digital one's number."""
_QR: Final = ("█▀▀▄▀█", "▀▄█▄ ▄")
_QR_LINE: Final = 2
_QR_COLUMN: Final = 2

PAPER_KINDS: Final = frozenset(
    {Kind.SPECIAL, Kind.FREIGHT, Kind.VEHICLE, Kind.ORDINARY, Kind.USED_CAR}
)
DIGITAL_KINDS: Final = frozenset({Kind.DIGITAL_SPECIAL, Kind.DIGITAL_ORDINARY, Kind.RAIL, Kind.AIR})


def paper_picture(field: Field, claim: Claim, wording: Wording) -> Content:
    """The paper with the place of `field` marked, by the name that stands there.

    While the kind is not known two places are marked: where paper invoices have their code, and
    where the others have theirs, or a number alone.
    """
    slots, marked = _layout(field, claim)
    labels = {slot: wording.text(key) for slot, key in marked.items()}
    lines = [_line(number, slots, labels) for number in range(LINES)]
    top, bottom = Content(f"╭{'─' * INNER}╮"), Content(f"╰{'─' * INNER}╯")
    return Content("\n").join([top, *lines, bottom])


def _layout(field: Field, claim: Claim) -> tuple[list[Slot], dict[Slot, str]]:
    """What stands on the paper, and the message keys of what is marked."""
    kind = claim.kind
    if kind in DIGITAL_KINDS and field in _DIGITAL:
        slots = _DIGITAL
    elif kind in PAPER_KINDS:
        slots = _PAPER
    else:
        slots = _ELECTRONIC
    if field is Field.CODE and kind is Kind.UNKNOWN:
        marked = {_PAPER[Field.CODE]: "paper.code", _EITHER: "paper.code_or_number"}
        return [slot for slot in slots.values() if slot.line != _EITHER.line], marked
    if field is Field.AMOUNT:
        return [*slots.values()], {slots[field]: f"paper.amount.{amount_name(claim)}"}
    return [*slots.values()], {slots[field]: f"paper.{field}"}


def _line(number: int, slots: list[Slot], labels: Mapping[Slot, str]) -> Content:
    """One line: bars for what stands there, the label where the eye should go."""
    here = sorted(slot for slot in {*slots, *labels} if slot.line == number)
    drawn = _QR[number - _QR_LINE] if 0 <= number - _QR_LINE < len(_QR) else ""
    parts: list[Content] = [Content("│").stylize("$quiet")]
    column = 0
    for slot in here:
        parts.append(_gap(column, slot.column, drawn))
        parts.append(_mark(labels[slot], slot.width) if slot in labels else _bar(slot.width))
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
