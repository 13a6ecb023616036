"""A kiosk that can sign, one that cannot, and the list that says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from helpdesk.wire.revocation import Revocations
from helpdesk.wire.signing_key import Ed25519Signer
from helpdesk.wire.trust_list import Held, TrustList
from kiosk.clock import Clock
from kiosk.trust.issuer import IssuerSource, SlipIssuer, nobody
from kiosk.trust.slip_check import SlipChecker, SlipFinding
from kiosk.trust.slip_codes import SlipCodes
from kiosk.trust.store import TrustHeld, TrustStore
from tests.helpdesk.wire.world import KIOSK, ROOT, bundle, listed

INVOICE_KEY = b"\x09" * 32
LIFETIME = timedelta(days=180)


def issuer(signer: Ed25519Signer = KIOSK) -> SlipIssuer:
    return SlipIssuer("HD01", "A03", INVOICE_KEY, signer)


def codes(clock: Clock, source: IssuerSource = issuer) -> SlipCodes:
    return SlipCodes(source, "A03", clock, LIFETIME)


def unsigned(clock: Clock) -> SlipCodes:
    return codes(clock, nobody)


Parts = dict[tuple[bytes, int], bytes]


def held(told: TrustList | None = None, parts: Parts | None = None) -> TrustHeld:
    told = told or listed()
    return TrustHeld(told, Revocations(told, parts or {}), Held(told.version, b""))


def check(text: str, now: datetime, by: TrustHeld | None) -> SlipFinding:
    return SlipChecker(by, now).check(text)


def stocked(
    folder: Path, now: datetime, told: TrustList | None = None, *parts: bytes
) -> TrustStore:
    """A data folder with this list in it, as an enrolled kiosk has one."""
    store = TrustStore(folder)
    store.pin([ROOT.key.public])
    store.accept(bundle(told or listed()), parts, now)
    return store
