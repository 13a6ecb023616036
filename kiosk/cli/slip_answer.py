"""What was found out about a slip, as one JSON object and as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.told_text import headline
from kiosk.trust.slip_check import Worth

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.wire.slip_claims import SlipClaims
    from invoices.told import Told
    from kiosk.clock import Clock
    from kiosk.i18n import Translate
    from kiosk.trust.slip_check import SlipFinding


def answer_of(found: SlipFinding, text: Translate) -> dict[str, Any]:
    """`kiosk slip check --json`: what the slip says stands in it only where it may count."""
    message = None if found.fault is None else text(f"error.{found.fault}", **found.params)
    listed = found.list_issued_at and {
        "version": found.list_version,
        "issued_at": _iso(found.list_issued_at),
        "expires": _iso(found.list_expires),
    }
    says = None if found.claims is None else _claims(found.claims)
    return {
        "worth": found.worth.value,
        "error": found.fault,
        "message": message,
        "slip": says,
        "list": listed,
    }


def lines_of(found: SlipFinding, text: Translate, clock: Clock) -> list[str]:
    """What there is to say beside the reason of a doubt."""
    listed = found.list_issued_at and _minute(found.list_issued_at, clock)
    if found.claims is None:
        return []
    claims = found.claims
    words = {
        "issuer": claims.issuer,
        "at": _minute(claims.issued_at, clock),
        "record": claims.record,
        "verdict": _verdict(claims, text, clock),
    }
    basis = _basis(claims, text, clock)
    if found.worth is Worth.GOOD:
        return [text("cli.slip.good", listed=listed, **words), *basis]
    said = [text("cli.slip.said", **words), *basis]
    return [*said, text("cli.slip.listed", listed=listed)] if listed else said


def _claims(claims: SlipClaims) -> dict[str, Any]:
    centre, _, kiosk = claims.issuer.partition("/")
    told = claims.told
    return {
        "centre": centre,
        "kiosk": kiosk,
        "type": claims.type.name.lower(),
        "record": claims.record,
        "verdict": told and told.verdict.value,
        "state": told and told.state and told.state.value,
        "source": told and told.source and told.source.value,
        "as_of": told and _iso(told.as_of),
        "outdated": told and told.outdated,
        "issued_at": _iso(claims.issued_at),
        "expires": _iso(claims.expires),
        "document": claims.document_id.hex(),
        "signature": claims.signature.name.lower(),
    }


def _verdict(claims: SlipClaims, text: Translate, clock: Clock) -> str:
    told = claims.told
    if told is None:
        return text("cli.slip.other")
    return headline(told, text, _as_of(told, clock), dated=told.dated)


def _basis(claims: SlipClaims, text: Translate, clock: Clock) -> list[str]:
    """By which source and as of when, in the words of the screens."""
    told = claims.told
    if told is None:
        return []
    kiosk = claims.issuer.partition("/")[2]
    basis = text(f"told.source.{told.rests_on}", as_of=_as_of(told, clock), kiosk=kiosk)
    return [basis, text("told.outdated")] if told.outdated else [basis]


def _as_of(told: Told, clock: Clock) -> str:
    return "" if told.as_of is None else _minute(told.as_of, clock)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _minute(moment: datetime, clock: Clock) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M")
