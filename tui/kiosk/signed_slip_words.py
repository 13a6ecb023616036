"""A slip that proves itself, or does not: what to say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from invoices.verdict import State, Verdict
from tui.kiosk.answers import headline_key, tone_of
from tui.kiosk.ports import SignedSlip, SlipSays, SlipWorth
from tui.kiosk.screens.notice import Notice, Phrase
from tui.widgets.emblem import Tone
from tui.widgets.facts import Fact

if TYPE_CHECKING:
    from tui.kiosk.wording import Wording

UNSIGNED: Final = "slip.unsigned"
_KNOWN: Final = {
    UNSIGNED: ("unsigned", Tone.ASK),
    "slip.expired": ("expired", Tone.LATER),
    "slip.revoked": ("revoked", Tone.BAD),
    "slip.key_revoked": ("revoked", Tone.BAD),
}
"""Faults with a headline of their own; all others are those of a code that does not hold."""


def slip_notice(slip: SignedSlip, wording: Wording) -> Notice:
    """What a slip of another kiosk, or one that proves nothing, is worth."""
    tone, title = _headline(slip)
    fault = [Phrase(f"error.{slip.fault}", slip.params)] if slip.fault else []
    listed = [_listed(slip, wording)] if slip.worth is not SlipWorth.REFUSED else []
    follow = f"signed.next.{slip.worth}"
    lines = (*fault, *_said(slip, wording), *listed, Phrase(follow))
    return Notice(tone, title, lines, by_hand=slip.worth is not SlipWorth.UNKNOWN)


def signature_fact(slip: SignedSlip, wording: Wording) -> Fact:
    """The signature of a slip whose whole check is on the screen anyway."""
    kind, _ = _kind(slip)
    listed = wording.minute(slip.listed_at) if slip.listed_at is not None else ""
    return Fact(wording.say("signed.label"), wording.say(f"signed.short.{kind}", moment=listed))


def _headline(slip: SignedSlip) -> tuple[Tone, Phrase]:
    says = slip.says
    if slip.worth is SlipWorth.GOOD and says is not None and says.verdict is not None:
        verdict, state = Verdict(says.verdict), _state(says)
        return tone_of(verdict, state), Phrase(headline_key(verdict, state))
    kind, tone = _kind(slip)
    return tone, Phrase(f"signed.{kind}")


def _kind(slip: SignedSlip) -> tuple[str, Tone]:
    match slip.worth:
        case SlipWorth.GOOD:
            return "good", Tone.GOOD
        case SlipWorth.UNKNOWN:
            return ("unknown" if slip.listed_at is not None else "no_list"), Tone.LATER
        case SlipWorth.REFUSED:
            return _KNOWN.get(slip.fault, ("refused", Tone.BAD))


def _said(slip: SignedSlip, wording: Wording) -> list[Phrase]:
    says = slip.says
    if says is None:
        return []
    made = {"centre": says.centre, "kiosk": says.kiosk, "moment": wording.moment(says.at)}
    record = Phrase("notice.summary.record", {"record": says.record})
    if slip.worth is SlipWorth.GOOD:
        return [Phrase("signed.made", made), record]
    if says.verdict is None:
        return [record]
    told = Phrase(headline_key(Verdict(says.verdict), _state(says)))
    return [record, Phrase("signed.said", {"moment": made["moment"]}), told]


def _listed(slip: SignedSlip, wording: Wording) -> Phrase:
    if slip.listed_at is None:
        return Phrase("signed.listed.none")
    return Phrase("signed.listed", {"moment": wording.minute(slip.listed_at)})


def _state(says: SlipSays) -> State | None:
    return State(says.state) if says.state else None
