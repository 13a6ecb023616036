"""What is known of the slip, said as it is."""

from __future__ import annotations

from textual.content import Content

from tui.kiosk.ports import Refused, SlipShown, SlipState
from tui.kiosk.wording import Wording

REASONS = frozenset(
    {"paper_out", "cover_open", "offline", "error", "expired", "cancelled", "unknown"}
)
"""Reasons with a sentence of their own; any other lies with this kiosk, not with its printer."""
OURS = "kiosk"


def slip_line(slip: SlipShown | Refused | None, wording: Wording) -> Content:
    """One or two short sentences, empty where no slip was asked for."""
    match slip:
        case None:
            return Content("")
        case Refused():
            return wording.say("slip.refused")
        case SlipShown(state=SlipState.WAITING | SlipState.FAILED as state, reason=reason):
            known = reason if reason in REASONS else OURS
            return wording.say(f"slip.{state}", reason=wording.text(f"slip.reason.{known}"))
        case SlipShown(state=state):
            return wording.say(f"slip.{state}")
