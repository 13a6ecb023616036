"""A slip that proves itself, or does not: what to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.kiosk.ports import SignedSlip, SlipSays, SlipWorth
from tui.kiosk.screens.notice import Notice, Phrase
from tui.kiosk.told_words import past_result, record_title, told_basis, told_result
from tui.widgets.emblem import Tone
from tui.widgets.facts import Fact

if TYPE_CHECKING:
    from tui.kiosk.wording import Wording


@dataclass(frozen=True, slots=True)
class _Words:
    """How a kind of finding looks, and the keys of its headline and of its one short line."""

    tone: Tone
    title: str
    short: str


_GOOD: Final = _Words(Tone.GOOD, "signed.good", "signed.short.good")
_UNKNOWN: Final = _Words(Tone.LATER, "signed.unknown", "signed.short.unknown")
_NO_LIST: Final = _Words(Tone.LATER, "signed.unknown", "signed.short.no_list")
_REVOKED: Final = _Words(Tone.BAD, "signed.revoked", "signed.short.refused")
_REFUSED: Final = _Words(Tone.BAD, "signed.refused", "signed.short.refused")
_UNSIGNED: Final = "slip.unsigned"
"""What the headlines of our own answers begin with."""
_DOUBTED: Final = {
    _UNSIGNED: _Words(Tone.STOP, "signed.unsigned", "signed.short.unsigned"),
    "slip.expired": _Words(Tone.LATER, "signed.expired", "signed.short.expired"),
    "slip.revoked": _REVOKED,
    "slip.key_revoked": _REVOKED,
}
"""Faults with words of their own; all others are those of a code that does not hold."""

_NEXT: Final = {
    SlipWorth.GOOD: "signed.next.good",
    SlipWorth.REFUSED: "signed.next.refused",
    SlipWorth.UNKNOWN: "signed.next.unknown",
}


def slip_notice(slip: SignedSlip, wording: Wording) -> Notice:
    """What a slip of another kiosk, or one that proves nothing, is worth."""
    tone, title = _headline(slip, wording)
    fault = [Phrase(f"error.{slip.fault}", slip.params)] if slip.fault else []
    listed = [_listed(slip, wording)] if slip.worth is SlipWorth.UNKNOWN else []
    lines = (*fault, *_said(slip, wording), *listed, Phrase(_NEXT[slip.worth]))
    return Notice(tone, title, lines, by_hand=slip.worth is SlipWorth.REFUSED)


def signature_fact(slip: SignedSlip, wording: Wording) -> Fact:
    """The signature of a slip whose whole check is on the screen anyway."""
    listed = "" if slip.listed_at is None else wording.minute(slip.listed_at)
    return Fact(wording.say("signed.label"), wording.say(_words(slip).short, moment=listed))


def _headline(slip: SignedSlip, wording: Wording) -> tuple[Tone, Phrase]:
    """That it is a record of then, where the slip stands for one."""
    says = slip.says
    if slip.worth is SlipWorth.GOOD and says is not None and says.told is not None:
        return Tone.PAST, record_title(says.at, wording)
    words = _words(slip)
    return words.tone, Phrase(words.title)


def _words(slip: SignedSlip) -> _Words:
    match slip.worth:
        case SlipWorth.GOOD:
            return _GOOD
        case SlipWorth.UNKNOWN:
            return _NO_LIST if slip.listed_at is None else _UNKNOWN
        case SlipWorth.REFUSED:
            return _DOUBTED.get(slip.fault, _REFUSED)


def _said(slip: SignedSlip, wording: Wording) -> list[Phrase]:
    says = slip.says
    if says is None:
        return []
    moment = wording.moment(says.at)
    basis = [] if says.told is None else told_basis(says.told, wording, says.kiosk)
    if slip.worth is SlipWorth.GOOD:
        result = [] if says.told is None else [told_result(says.told, wording)]
        made = {"centre": says.centre, "kiosk": says.kiosk, "moment": moment}
        return [*result, *basis, Phrase("signed.made", made), *_proof(slip, says, wording)]
    if says.told is None:
        return [_record(says)]
    said = Phrase("signed.said", {"record": says.record, "moment": moment})
    if slip.fault == _UNSIGNED:
        # Whoever wrote it chose these words: they get no sign of ours before them.
        return [said, Phrase("signed.claimed", {"result": past_result(says.told, wording)})]
    return [said, told_result(says.told, wording), *basis]


def _proof(slip: SignedSlip, says: SlipSays, wording: Wording) -> list[Phrase]:
    """Record number and list in one line: there is no room for two beside the longest names."""
    if slip.listed_at is None:
        return [_record(says), _listed(slip, wording)]
    listed = wording.minute(slip.listed_at)
    return [Phrase("signed.record_listed", {"record": says.record, "moment": listed})]


def _record(says: SlipSays) -> Phrase:
    return Phrase("notice.summary.record", {"record": says.record})


def _listed(slip: SignedSlip, wording: Wording) -> Phrase:
    if slip.listed_at is None:
        return Phrase("signed.listed.none")
    return Phrase("signed.listed", {"moment": wording.minute(slip.listed_at)})
