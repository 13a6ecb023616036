"""The code on a slip: what it says, signed where this kiosk has its key, marked where not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.wire import slip_code
from helpdesk.wire.numbered import seconds
from helpdesk.wire.slip_claims import (
    SignatureState,
    SlipClaims,
    SlipType,
    StateCode,
    VerdictCode,
    basis_of,
    invoice_hash,
)
from helpdesk.wire.slip_document import document_id
from invoices import canonical

if TYPE_CHECKING:
    from helpdesk.wire.site import Site
    from invoices.check import Check
    from kiosk.clock import Clock
    from kiosk.trust.issuer import IssuerSource, SlipIssuer

UNENROLLED: Final = "unenrolled"
"""Stands for the centre in the code of a kiosk that belongs to none yet."""


def _no_site() -> Site | None:
    return None


@dataclass(frozen=True, slots=True)
class SlipCode:
    """A code as it is printed. `kid` names the key, None where nobody signed.

    `opens`: it is an address, which a phone's camera opens.
    """

    text: str
    kid: bytes | None
    expires: datetime
    opens: bool = False


@dataclass(frozen=True, slots=True)
class SlipCodes:
    """Writes codes; `prefix` names the kiosk until it is enrolled, `site` is asked for each."""

    issuer: IssuerSource
    prefix: str
    clock: Clock
    lifetime: timedelta
    site: Callable[[], Site | None] = _no_site

    def of(self, check: Check) -> SlipCode:
        """The code of a check's slip, issued now."""
        issuer = self.issuer()
        claims = self._claims(check, issuer)
        signer = None if issuer is None else issuer.signer
        code, site = slip_code.issue(claims, signer), self.site()
        return SlipCode(
            text=code if site is None else site.slip_address(code),
            kid=None if signer is None else signer.key.kid,
            expires=claims.expires,
            opens=site is not None,
        )

    def _claims(self, check: Check, issuer: SlipIssuer | None) -> SlipClaims:
        told = check.outcome.told
        now = self.clock.now()
        document = document_id(check.record, check.token, told)
        return SlipClaims(
            issuer=f"{UNENROLLED}/{self.prefix}" if issuer is None else issuer.name,
            expires=now + self.lifetime,
            issued_at=seconds(now),
            document_id=document,
            type=SlipType.CHECK,
            record=check.record,
            verdict=VerdictCode[told.verdict.name],
            state=None if told.state is None else StateCode[told.state.name],
            invoice=None if issuer is None else _invoice(check, document, issuer.invoice_key),
            signature=SignatureState.DEVICE_KEY_MISSING
            if issuer is None
            else SignatureState.SIGNED,
            **basis_of(told),
        )


def _invoice(check: Check, document: bytes, key: bytes) -> bytes | None:
    claim = check.claim
    if claim is None or not claim.number:
        return None
    return invoice_hash(key, document, canonical.identity(claim.code, claim.number))
