"""An answer of before, said by whoever was not there: what it was, by which source, as of when.

For a slip and for a record number. The past is never told as if it were the present: a normal
state that rests on a pack always names its moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invoices.verdict import Source
from tui.kiosk.answers import headline_key, tone_of
from tui.kiosk.screens.notice import Notice, Phrase

if TYPE_CHECKING:
    from invoices.told import Told
    from tui.kiosk.ports import Summary
    from tui.kiosk.wording import Wording
    from tui.widgets.emblem import Tone

_UNKNOWN: Final = "–"


def told_tone(told: Told) -> Tone:
    """Its tone; good news only where it was live."""
    return tone_of(told.verdict, told.state, dated=told.dated)


def told_headline(told: Told, wording: Wording) -> Phrase:
    """The one sentence that was the answer."""
    key = headline_key(told.verdict, told.state, dated=told.dated)
    return Phrase(key, {"as_of": _as_of(told, wording)})


def told_basis(told: Told, wording: Wording, kiosk: str = "") -> list[Phrase]:
    """By which source and as of when; `kiosk` names the one whose pack it was, if not this one."""
    values = {"as_of": _as_of(told, wording), "kiosk": kiosk}
    here = ".here" if told.source is Source.PACK and not kiosk else ""
    basis = Phrase(f"told.source.{told.rests_on}{here}", values)
    return [basis, Phrase("told.outdated")] if told.outdated else [basis]


def summary(found: Summary, wording: Wording) -> Notice:
    """What a record number alone may show."""
    return Notice(
        told_tone(found.told),
        told_headline(found.told, wording),
        (
            Phrase("notice.summary.record", {"record": found.record}),
            Phrase("notice.summary.at", {"moment": wording.moment(found.at)}),
            *told_basis(found.told, wording),
            Phrase("notice.summary.next"),
        ),
    )


def _as_of(told: Told, wording: Wording) -> str:
    return _UNKNOWN if told.as_of is None else wording.minute(told.as_of)
