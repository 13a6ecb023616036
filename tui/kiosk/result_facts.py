"""What a result says below its headline, as labels and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from invoices.advice import AdviceCode
from invoices.kinds import AmountBasis
from invoices.money import format_fen
from invoices.verdict import Verdict
from tui.kiosk.answers import source_key
from tui.kiosk.result_plan import ResultText
from tui.plain_text import plain_text
from tui.widgets.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.check import Check
    from invoices.claim import Claim
    from invoices.face import Details
    from invoices.kinds import Field
    from invoices.outcome import Outcome
    from tui.kiosk.ports import ChecksToday
    from tui.kiosk.wording import Wording


def result_text(
    check: Check,
    wording: Wording,
    *,
    paper: bool,
    scanned: bool = False,
    today: ChecksToday | None = None,
) -> ResultText:
    """All that stands below the answer.

    `paper` says whether there is a slip, `scanned` how the invoice came in, `today` how often it
    was checked. Where the registry's details are not shown, what was asked about is: whoever has
    several papers in the hand must see which one this answers.
    """
    outcome = check.outcome
    details = outcome.details
    proof = proof_facts(check, wording)
    if today is not None:
        said = wording.say("result.today.made", made=today.made, limit=today.limit)
        proof.append(Fact(wording.say("result.today"), said))
    return ResultText(
        details=claim_facts(check.claim, wording)
        if details is None
        else detail_facts(details, wording),
        advice=advice_facts(outcome, wording, paper=paper, scanned=scanned),
        proof=proof,
    )


def claim_facts(claim: Claim | None, wording: Wording) -> list[Fact]:
    """The invoice as scanned or typed: not what is registered."""
    if claim is None or not claim.number:
        return []
    gross = claim.rule.basis is AmountBasis.GROSS
    rows = [
        ("result.asked", f"{claim.code} {claim.number}".strip()),
        ("result.issued_on", claim.issued_on.isoformat() if claim.issued_on else ""),
        (
            "result.total" if gross else "result.net",
            "" if claim.amount is None else format_fen(claim.amount),
        ),
        ("result.check_code", f"…… {claim.check_code}" if claim.check_code else ""),
        ("result.seller_tax_id", claim.seller_tax_id or ""),
    ]
    return [Fact(wording.say(key), Content(plain_text(value))) for key, value in rows if value]


def detail_facts(details: Details, wording: Wording) -> list[Fact]:
    """The invoice as registered; only a match has these."""
    amounts = wording.text(
        "result.amounts", net=format_fen(details.net), total=format_fen(details.total)
    )
    rows = [
        ("result.kind", wording.text(f"kind.{details.kind}")),
        ("result.number", f"{details.code} {details.number}".strip()),
        ("result.issued_on", details.issued_on.isoformat()),
        ("result.net", amounts),
        ("result.check_code", f"…… {details.check_code}" if details.check_code else ""),
        ("result.seller", details.seller_name),
    ]
    return [Fact(wording.say(key), Content(plain_text(value))) for key, value in rows if value]


def advice_facts(
    outcome: Outcome, wording: Wording, *, paper: bool, scanned: bool = False
) -> list[Fact]:
    """Two or three sentences, each with something to do; no slip is spoken of without paper."""
    if scanned and outcome.verdict is Verdict.BAD_INPUT:
        keys = ["result.bad_code.next", "advice.ask_staff"]
        return [Fact(Content("▸"), wording.say(key)) for key in keys]
    keys = [
        "result.keep_number" if code is AdviceCode.KEEP_SLIP and not paper else f"advice.{code}"
        for code in outcome.advice
    ]
    return [Fact(Content("▸"), wording.say(key)) for key in keys]


def proof_facts(check: Check, wording: Wording) -> list[Fact]:
    """When, by which source, and what was compared: an answer claims only what is known."""
    outcome = check.outcome
    as_of = wording.minute(outcome.as_of) if outcome.as_of is not None else ""
    facts = [
        Fact(wording.say("result.at"), Content(wording.moment(check.at))),
        Fact(
            wording.say("result.source"),
            wording.say(source_key(outcome.source, outcome.verdict), as_of=as_of),
        ),
    ]
    if outcome.compared:
        facts.append(compared_fact(outcome.compared, wording))
    return facts


def compared_fact(compared: Sequence[Field], wording: Wording) -> Fact:
    """Which fields were compared."""
    names = wording.text("list.comma").join(wording.text(f"short.{field}") for field in compared)
    return Fact(wording.say("result.compared"), Content(names))
