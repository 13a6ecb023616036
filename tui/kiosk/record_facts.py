"""An earlier check beside the present: what it said then, and what is known now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from tui.kiosk.answers import headline_key, tone_of
from tui.kiosk.result_facts import compared_fact, detail_facts
from tui.kiosk.result_plan import ResultText
from tui.kiosk.signed_slip_words import signature_fact
from tui.kiosk.told_words import past_result, told_basis
from tui.widgets.emblem import Tone
from tui.widgets.facts import Fact

if TYPE_CHECKING:
    from invoices.check import Check
    from invoices.told import Told
    from tui.kiosk.ports import SignedSlip
    from tui.kiosk.wording import Wording

_STYLES: Final = {
    Tone.GOOD: "bold $success",
    Tone.WARN: "bold $warning",
    Tone.BAD: "bold $error",
}


def record_text(
    check: Check, present: Told | None, proof: SignedSlip | None, wording: Wording
) -> ResultText:
    """All that stands below the head of a record."""
    outcome = check.outcome
    proofs = [Fact(wording.say("result.at"), Content(wording.moment(check.at)))]
    if outcome.compared:
        proofs.append(compared_fact(outcome.compared, wording))
    if proof is not None:
        proofs.append(signature_fact(proof, wording))
    return ResultText(
        details=() if outcome.details is None else detail_facts(outcome.details, wording),
        advice=[Fact(Content("▸"), wording.say("record.next"))],
        proof=proofs,
        timeline=timeline(check, present, wording),
    )


def timeline(check: Check, present: Told | None, wording: Wording) -> list[Fact]:
    """The result of then and the one of now, each with its source and moment."""
    told = check.outcome.told
    then = wording.text(
        "record.result",
        result=past_result(told, wording).text(wording),
        basis=_basis(told, wording),
    )
    return [
        Fact(wording.say("record.then"), Content(then)),
        Fact(wording.say("record.now"), Content(_now(present, wording)), _style(present)),
    ]


def _now(present: Told | None, wording: Wording) -> str:
    if present is None:
        return wording.text("record.now.unknown")
    key = headline_key(present.verdict, present.state, dated=present.dated)
    as_of = "" if present.as_of is None else wording.minute(present.as_of)
    result = wording.text(key, as_of=as_of)
    return wording.text("record.result", result=result, basis=_basis(present, wording))


def _basis(told: Told, wording: Wording) -> str:
    return " ".join(phrase.text(wording) for phrase in told_basis(told, wording))


def _style(present: Told | None) -> str:
    if present is None:
        return "bold"
    tone = tone_of(present.verdict, present.state, dated=present.dated)
    return _STYLES.get(tone, "bold")
