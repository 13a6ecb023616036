"""A root, an issuer, a kiosk and a server with fixed keys, and what they would write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.wire import revocation, slip_code, trust_list
from helpdesk.wire.journal_form import Header
from helpdesk.wire.revocation import Revocations
from helpdesk.wire.signing_key import Algorithm, Ed25519Signer
from helpdesk.wire.slip_claims import (
    SignatureState,
    SlipClaims,
    SlipType,
    StateCode,
    VerdictCode,
)
from helpdesk.wire.trust_list import IssuerCertificate, RevocationPart, TrustedKey, TrustList, Use

NOW = datetime(2026, 11, 24, 2, 0, 0, tzinfo=UTC)
ROOT = Ed25519Signer(b"\x01" * 32)
ISSUER = Ed25519Signer(b"\x02" * 32)
KIOSK = Ed25519Signer(b"\x03" * 32)
SERVER = Ed25519Signer(b"\x04" * 32)
STRANGER = Ed25519Signer(b"\x05" * 32)


def trusted(signer: Ed25519Signer = KIOSK, **changes: Any) -> TrustedKey:
    members: dict[str, Any] = {
        "public": signer.key.public,
        "algorithm": Algorithm.EDDSA,
        "uses": (Use.SLIP, Use.REQUEST),
        "centre": "HD01",
        "holder": "A03",
        "not_before": NOW - timedelta(days=100),
        "not_after": NOW + timedelta(days=100),
    }
    return TrustedKey(**{**members, **changes})


def listed(*keys: TrustedKey, version: int = 7, **changes: Any) -> TrustList:
    members: dict[str, Any] = {
        "version": version,
        "issued_at": NOW - timedelta(days=9),
        "expires": NOW + timedelta(days=21),
        "keys": keys or (trusted(),),
    }
    return TrustList(**{**members, **changes})


def certificate(**changes: Any) -> IssuerCertificate:
    members: dict[str, Any] = {
        "public": ISSUER.key.public,
        "algorithm": Algorithm.EDDSA,
        "not_before": NOW - timedelta(days=30),
        "not_after": NOW + timedelta(days=300),
    }
    return IssuerCertificate(**{**members, **changes})


def bundle(content: TrustList, own: IssuerCertificate | None = None) -> bytes:
    return trust_list.issue(ISSUER, trust_list.certify(ROOT, own or certificate()), content)


def claims(**changes: Any) -> SlipClaims:
    """A slip by the server's answer; with `pack` or another basis the registry's is left out."""
    members: dict[str, Any] = {
        "issuer": "HD01/A03",
        "issued_at": NOW - timedelta(hours=1),
        "expires": NOW + timedelta(days=180),
        "document_id": bytes(range(16)),
        "type": SlipType.CHECK,
        "record": "A03-261124-0127",
        "verdict": VerdictCode.MATCH,
        "state": StateCode.NORMAL,
        "invoice": bytes(range(16, 32)),
        "signature": SignatureState.SIGNED,
        "registry": NOW - timedelta(minutes=61),
    }
    if "type" in changes or {"pack", "outdated", "upstream"} & set(changes):
        members["registry"] = None
    return SlipClaims(**{**members, **changes})


@dataclass(frozen=True)
class Desk:
    """Somebody who checks slips."""

    trust: TrustList = field(default_factory=listed)
    parts: dict[tuple[bytes, int], bytes] = field(default_factory=dict)
    now: datetime = NOW

    def verify(
        self, text: str, expected: frozenset[SlipType] | None = None
    ) -> slip_code.VerifiedSlip:
        known = Revocations(self.trust, self.parts)
        return slip_code.verify(text, self.trust, known, self.now, expected)

    def at(self, now: datetime) -> Desk:
        return replace(self, now=now)


def taken_back(*documents: bytes) -> tuple[RevocationPart, dict[tuple[bytes, int], bytes]]:
    kid, month = KIOSK.key.kid, 202611
    part, data = revocation.build(kid, month, documents)
    return part, {(kid, month): data}


def header(seq: int = 1, **changes: Any) -> Header:
    members: dict[str, Any] = {
        "seq": seq,
        "op_id": bytes.fromhex("01936000000070008000000000000000")[:15] + bytes([seq % 256]),
        "kind": "check",
        "hlc": (1_795_485_600_000 + seq) << 16,
        "boot_id": bytes(range(32, 48)),
        "mono_ms": 1000 * seq,
        "at_ms": 1_795_485_600_000 + seq,
    }
    return Header(**{**members, **changes})
