"""An answer of before, said by whoever was not there: what it was, by which source, as of when.

For a slip and for a record number. The past is never told as if it were the present: the headline
says that this is a record, the result of then stands below it without a sign of good news, and a
normal state that rests on a pack always names its moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invoices.verdict import Source
from tui.kiosk.answers import headline_key
from tui.kiosk.screens.notice import Notice, Phrase
from tui.widgets.emblem import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.told import Told
    from tui.kiosk.ports import Summary
    from tui.kiosk.wording import Wording

_UNKNOWN: Final = "–"


def record_title(at: datetime, wording: Wording) -> Phrase:
    """That it is a record of then and not the present state."""
    return Phrase("record.headline", {"moment": record_moment(at, wording)})


def record_moment(at: datetime, wording: Wording) -> Phrase:
    """A moment of before as one speaks of it: without the day where that is today."""
    local = wording.clock.local(at)
    if local.date() == wording.clock.today():
        return Phrase("record.today", {"time": local.strftime("%H:%M")})
    return Phrase("record.day", {"moment": local.strftime("%Y-%m-%d %H:%M")})


def past_result(told: Told, wording: Wording) -> Phrase:
    """The one sentence that was the answer, without its sign."""
    key = headline_key(told.verdict, told.state, dated=told.dated)
    return Phrase(key, {"as_of": _as_of(told, wording)}, bare=True)


def told_result(told: Told, wording: Wording) -> Phrase:
    """The same as a line of its own."""
    return Phrase("record.then.line", {"result": past_result(told, wording)})


def told_basis(told: Told, wording: Wording, kiosk: str = "") -> list[Phrase]:
    """By which source and as of when; `kiosk` names the one whose pack it was, if not this one."""
    values = {"as_of": _as_of(told, wording), "kiosk": kiosk}
    here = ".here" if told.source is Source.PACK and not kiosk else ""
    basis = Phrase(f"told.source.{told.rests_on}{here}", values)
    return [basis, Phrase("told.outdated")] if told.outdated else [basis]


def summary(found: Summary, wording: Wording) -> Notice:
    """What a record number alone may show."""
    return Notice(
        Tone.PAST,
        record_title(found.at, wording),
        (
            told_result(found.told, wording),
            Phrase("notice.summary.record", {"record": found.record}),
            Phrase("notice.summary.at", {"moment": wording.moment(found.at)}),
            *told_basis(found.told, wording),
            Phrase("notice.summary.next"),
        ),
    )


def _as_of(told: Told, wording: Wording) -> str:
    return _UNKNOWN if told.as_of is None else wording.minute(told.as_of)
