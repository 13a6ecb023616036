"""The page of a record: what a check came to then, and what the registry says now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from helpdesk.pages.page import Box, Page, Tone
from helpdesk.pages.wording import tone_of
from invoices.advice import AdviceCode, advice_for
from invoices.told import Told
from invoices.verdict import Source, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.pages.wording import Wording
    from helpdesk.verification.records import CheckRecord
    from helpdesk.verification.rules import Finding

_ELSEWHERE: Final = {
    AdviceCode.COMPARE_FACE: "page.next.compare",
    AdviceCode.KEEP_SLIP: "",
    AdviceCode.RESCAN: "",
    AdviceCode.SCAN_OR_TYPE: "",
    AdviceCode.USE_EARLIER_SLIP: "",
}
"""What a kiosk advises, as it is said on a page; "" for what makes no sense there."""


def summary_page(check: CheckRecord, wording: Wording, *, wrong_token: bool) -> Page:
    """What the number alone shows: verdict and time, nothing of the invoice."""
    told = check.outcome.told
    note = "page.wrong_token" if wrong_token else "page.summary_only"
    then = Box(
        wording.text("page.then"),
        wording.result(told, dated=True),
        tone_of(told, present=False),
        (wording.text(note),),
        (wording.fact("at", wording.minute(check.at)),),
    )
    return Page(
        wording.text("page.record.title", record=check.record),
        wording.text("page.record.lead", at=wording.minute(check.at)),
        (then,),
        (wording.text("page.next.scan_code"), wording.text("page.next.check_again")),
    )


def record_page(check: CheckRecord, now: Finding | None, at: datetime, wording: Wording) -> Page:
    """All of a check, and the invoice's state at `at`; `now` is None where nobody was asked."""
    return Page(
        wording.text("page.record.title", record=check.record),
        wording.text("page.record.lead", at=wording.minute(check.at)),
        (
            then_box(check, wording),
            now_box(check, now, at, wording),
            *invoice_boxes(check, wording),
        ),
        next_steps(check, now, wording),
    )


def then_box(check: CheckRecord, wording: Wording) -> Box:
    """What it came to, by which source and as of when."""
    told = check.outcome.told
    kiosk = check.record.partition("-")[0]
    return Box(
        wording.text("page.then"),
        wording.result(told, dated=True),
        tone_of(told, present=False),
        wording.basis(told, kiosk),
        (
            wording.fact("at", wording.minute(check.at)),
            *wording.compared(check.outcome.compared),
        ),
    )


def now_box(check: CheckRecord, now: Finding | None, at: datetime, wording: Wording) -> Box:
    """What the registry says at `at` to the very same question."""
    if now is None:
        return Box(wording.text("page.now.none"), lines=(wording.text("page.now.not_asked"),))
    told = Told(now.verdict, now.state, Source.REGISTRY, at)
    then = check.outcome.told
    same = (then.verdict, then.state) == (told.verdict, told.state)
    return Box(
        wording.text("page.now", at=wording.minute(at)),
        wording.result(told, dated=False),
        tone_of(told, present=True),
        (wording.text("page.now.same" if same else "page.now.changed"),),
    )


def next_steps(check: CheckRecord, now: Finding | None, wording: Wording) -> tuple[str, ...]:
    """What to do by what holds now, without what only fits who stands before a kiosk."""
    if now is None or now.verdict is Verdict.UNAVAILABLE:
        return (wording.text("page.next.check_again"),)
    codes = advice_for(
        now.verdict,
        now.state,
        kind=None if check.claim is None else check.claim.kind,
        source=Source.REGISTRY,
        compared=now.compared,
    )
    keys = [_ELSEWHERE.get(code, f"advice.{code}") for code in codes]
    return tuple(wording.text(key) for key in keys if key)


def invoice_boxes(check: CheckRecord, wording: Wording) -> tuple[Box, ...]:
    """The invoice as registered where it matched, else what was asked about."""
    details, claim = check.outcome.details, check.claim
    if details is not None:
        return (Box(wording.text("page.invoice"), facts=wording.invoice(details)),)
    if claim is not None and (facts := wording.claimed(claim)):
        return (Box(wording.text("page.claimed"), facts=facts),)
    return ()


def unknown_page(record: str, wording: Wording) -> Page:
    """There is no such record here."""
    return Page(
        wording.text("page.unknown.title"),
        wording.text("page.unknown.lead", record=record),
        advice=tuple(
            wording.text(f"page.next.{step}") for step in ("check_number", "wait", "ask_counter")
        ),
        lookup=record,
        status=404,
    )


def lookup_page(wording: Wording) -> Page:
    """Where a record number is typed."""
    return Page(wording.text("page.lookup.title"), wording.text("page.lookup.lead"), lookup="")


def mistyped_page(wording: Wording, typed: str = "") -> Page:
    """An address or a number that cannot be one of ours."""
    steps = ("scan_again", "check_number")
    return Page(
        wording.text("page.mistyped.title"),
        wording.text("page.mistyped.lead"),
        advice=tuple(wording.text(f"page.next.{step}") for step in steps),
        lookup=typed,
        status=404,
    )


def refused_page(status: int, seconds: str, wording: Wording) -> Page:
    """It cannot be shown now: too often, or a fault of ours."""
    limited = bool(seconds)
    kind = "limited" if limited else "failed"
    lead = wording.text(f"page.{kind}.lead", seconds=seconds)
    step = wording.text("page.next.later" if limited else "page.next.ask_counter")
    title = wording.text(f"page.{kind}.title")
    return Page(title, "", (Box(title, "", Tone.CAUTION, (lead,)),), (step,), status=status)
