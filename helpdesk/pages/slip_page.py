"""The page of a printed slip: what its signature is worth, what it says, and what holds now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from helpdesk.pages.page import Box, Page, Tone
from helpdesk.pages.record_page import invoice_boxes, next_steps, now_box, then_box
from helpdesk.pages.wording import tone_of
from helpdesk.trust.examination import Worth
from helpdesk.wire.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from helpdesk.pages.wording import Wording
    from helpdesk.trust.examination import Examined
    from helpdesk.verification.records import CheckRecord
    from helpdesk.verification.rules import Finding
    from helpdesk.wire.slip_claims import SlipClaims
    from invoices.told import Told

_OWN_WORDS: Final = frozenset({Fault.SLIP_KEY_UNKNOWN})
"""Faults that a kiosk's sentence does not fit: there it speaks of that machine's list."""
_TITLES: Final[Mapping[str, str]] = {
    Fault.SLIP_UNSIGNED: "unsigned",
    Fault.SLIP_EXPIRED: "expired",
    Fault.SLIP_REVOKED: "revoked",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The record that a slip's paper opens, and what the registry says of it now.

    `known`: there is a record of that number, though it may not be the slip's own.
    """

    check: CheckRecord | None
    now: Finding | None
    known: bool


def slip_page(found: Examined, opened: Opened, at: datetime, wording: Wording) -> Page:
    """All that can be said of a slip at `at`."""
    boxes = [_signature(found, wording)]
    claims = found.claims
    if claims is None:
        title = wording.text("page.slip.title")
        lead = wording.text("page.slip.nothing")
    else:
        title = wording.text("page.slip.title_of", record=claims.record)
        lead = wording.text("page.slip.lead", at=wording.minute(claims.issued_at))
        boxes += [_said(claims, opened, wording), *_record(claims, opened, at, wording)]
    return Page(title, lead, tuple(boxes), _advice(found, opened, wording))


def _advice(found: Examined, opened: Opened, wording: Wording) -> tuple[str, ...]:
    if opened.check is not None:
        return next_steps(opened.check, opened.now, wording)
    again = "slip_good" if found.worth is Worth.GOOD else "check_again"
    return (wording.text(f"page.next.{again}"),)


def _signature(found: Examined, wording: Wording) -> Box:
    heading = wording.text("page.slip.signature")
    claims, fault = found.claims, found.fault
    if fault is None and claims is not None:
        centre, _, kiosk = claims.issuer.partition("/")
        made = wording.text(
            "page.slip.made", centre=centre, kiosk=kiosk, at=wording.minute(claims.issued_at)
        )
        until = wording.fact("expires", wording.minute(claims.expires))
        # Not green: a slip that holds says nothing of its invoice today.
        return Box(heading, wording.text("page.slip.good"), Tone.PLAIN, (made,), (until,))
    name = _TITLES.get(str(fault), found.worth.value)
    tone = Tone.BAD if found.worth is Worth.REFUSED and name == "refused" else Tone.CAUTION
    return Box(heading, wording.text(f"page.slip.{name}"), tone, (_why(found, wording),))


def _why(found: Examined, wording: Wording) -> str:
    fault = str(found.fault)
    if fault in _OWN_WORDS:
        return wording.text(f"page.fault.{fault}")
    if found.worth is Worth.UNKNOWN:
        return wording.text("page.slip.cannot_tell")
    return wording.text(f"error.{fault}")


def _said(claims: SlipClaims, opened: Opened, wording: Wording) -> Box:
    told, check = claims.told, opened.check
    heading = wording.text("page.slip.said")
    own = check is not None and _same(check.outcome.told, told)
    compared = wording.compared(check.outcome.compared) if check and own else ()
    facts = (wording.fact("record", claims.record), *compared)
    if told is None:
        return Box(heading, wording.text("cli.slips.other"), facts=facts)
    kiosk = claims.issuer.partition("/")[2]
    return Box(
        heading,
        wording.result(told, dated=True),
        tone_of(told, present=False),
        wording.basis(told, kiosk),
        facts,
    )


def _record(claims: SlipClaims, opened: Opened, at: datetime, wording: Wording) -> tuple[Box, ...]:
    check = opened.check
    if check is None:
        key = "page.slip.other_record" if opened.known else "page.slip.not_here"
        return (Box(wording.text("page.slip.record"), lines=(wording.text(key),)),)
    then = () if _same(check.outcome.told, claims.told) else (then_box(check, wording),)
    return (now_box(check, opened.now, at, wording), *then, *invoice_boxes(check, wording))


def _same(one: Told, other: Told | None) -> bool:
    """Whether two say the same; a slip's code has moments in whole seconds."""
    return other is not None and _whole(one) == _whole(other)


def _whole(told: Told) -> Told:
    as_of = told.as_of
    return told if as_of is None else replace(told, as_of=as_of.replace(microsecond=0))
