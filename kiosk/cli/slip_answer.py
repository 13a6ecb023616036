"""What was found out about a slip, as one JSON object and as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kiosk.trust.slip_check import Worth

if TYPE_CHECKING:
    from datetime import datetime

    from helpdesk.wire.slip_claims import SlipClaims
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
        "verdict": _verdict(claims, text),
    }
    if found.worth is Worth.GOOD:
        return [text("cli.slip.good", listed=listed, **words)]
    said = [text("cli.slip.said", **words)]
    return [*said, text("cli.slip.listed", listed=listed)] if listed else said


def _claims(claims: SlipClaims) -> dict[str, Any]:
    centre, _, kiosk = claims.issuer.partition("/")
    return {
        "centre": centre,
        "kiosk": kiosk,
        "type": claims.type.name.lower(),
        "record": claims.record,
        "verdict": None if claims.verdict is None else claims.verdict.verdict.value,
        "state": None if claims.state is None else claims.state.state.value,
        "issued_at": _iso(claims.issued_at),
        "expires": _iso(claims.expires),
        "document": claims.document_id.hex(),
        "signature": claims.signature.name.lower(),
    }


def _verdict(claims: SlipClaims, text: Translate) -> str:
    if claims.verdict is None:
        return text("cli.slip.other")
    verdict = text(f"verdict.{claims.verdict.verdict}")
    if claims.state is None:
        return verdict
    return text("receipt.with_state", verdict=verdict, state=text(f"state.{claims.state.state}"))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _minute(moment: datetime, clock: Clock) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M")
