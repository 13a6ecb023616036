"""The signed code of a slip: `FP1:` and base45 of a COSE_Sign1 around CBOR claims.

Anybody with the trust list can check one without the server. The steps of `verify` have a fixed
order, each with its own code: what is cheap and what needs no trust comes first, the claims are
read only after the signature holds, and a key never comes out of the code itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import base45

from helpdesk.wire import cose
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.revocation import month_of
from helpdesk.wire.signing_key import NO_KEY, Algorithm
from helpdesk.wire.slip_claims import SignatureState, SlipClaims
from helpdesk.wire.trust_list import Use

if TYPE_CHECKING:
    from helpdesk.wire.revocation import Revocations
    from helpdesk.wire.signing_key import Signer
    from helpdesk.wire.slip_claims import SlipType
    from helpdesk.wire.trust_list import TrustedKey, TrustList

PREFIX: Final = "FP1:"
LENGTH: Final = 700
SKEW: Final = timedelta(minutes=5)
"""How far ahead of ours the issuing kiosk's clock may be."""


@dataclass(frozen=True, slots=True)
class VerifiedSlip:
    """A code whose every claim holds, by the trust list of this version and age."""

    claims: SlipClaims
    kid: bytes
    list_version: int
    list_issued_at: datetime


def issue(claims: SlipClaims, signer: Signer | None) -> str:
    """The code's text, fit for a QR code's alphanumeric mode.

    Without a key the code is made all the same and says so: no signature, kid of zeros, and
    `claims.signature` must be `DEVICE_KEY_MISSING`.

    Raises:
        WireError: `slip.unsigned` where the claims say otherwise than the signer.
    """
    stated = SignatureState.DEVICE_KEY_MISSING if signer is None else SignatureState.SIGNED
    if claims.signature is not stated:
        raise WireError(Fault.SLIP_UNSIGNED)
    payload = claims.to_cbor()
    if signer is None:
        message = cose.message(cose.header(Algorithm.EDDSA, NO_KEY), payload, b"")
    else:
        message = cose.sign(signer, payload)
    return PREFIX + _spelled(message)


def verify(
    text: str,
    trust_list: TrustList,
    revocations: Revocations,
    now: datetime,
    expected: frozenset[SlipType] | None = None,
) -> VerifiedSlip:
    """What the code says, if all of it holds. `expected` narrows which types are welcome.

    Raises:
        WireError: in this order `slip.length`, `slip.prefix`, `slip.base45`, `slip.form` (not the
            strict message), `slip.unsigned` (made before the kiosk had a key, see
            `unsigned_claims`) or `slip.signature_missing` (made in the name of a kiosk that
            has one), `slip.trust_expired`, `slip.key_unknown`, `slip.algorithm`,
            `slip.key_revoked`, `slip.key_use`, `slip.signature`, `slip.claims`, `slip.type`,
            `slip.issuer` (the key belongs to another kiosk), `slip.key_period`, `slip.future`,
            `slip.expired`, `slip.revocation_unknown` (the list that knows is not here),
            `slip.revoked`.
    """
    signed = _parse(text)
    if signed.kid == NO_KEY:
        raise WireError(_unsigned(signed, trust_list))
    if trust_list.expires <= now:
        raise WireError(Fault.SLIP_TRUST_EXPIRED)
    trusted, claims = _proved(signed, trust_list)
    if expected is not None and claims.type not in expected:
        raise WireError(Fault.SLIP_TYPE)
    _check_issue(claims, trusted, now)
    revoked = revocations.revoked(signed.kid, month_of(claims.issued_at), claims.document_id)
    if revoked is None:
        raise WireError(Fault.SLIP_REVOCATION_UNKNOWN)
    if revoked:
        raise WireError(Fault.SLIP_REVOKED)
    return VerifiedSlip(claims, signed.kid, trust_list.version, trust_list.issued_at)


def signed_claims(text: str, trust_list: TrustList) -> SlipClaims:
    """What a code says by the signature of a listed key, whatever the time is.

    For showing what a slip said that has expired, was taken back, or meets an old list.

    Raises:
        WireError: as `verify` up to `slip.claims`, without `slip.trust_expired`.
    """
    signed = _parse(text)
    if signed.kid == NO_KEY:
        raise WireError(_unsigned(signed, trust_list))
    return _proved(signed, trust_list)[1]


def unsigned_claims(text: str) -> SlipClaims:
    """What a code says that was made before its kiosk had a key. It proves nothing.

    For asking the server about its record number.

    Raises:
        WireError: as `verify` up to `slip.form`; `slip.claims`; `slip.unsigned` for a code that
            does bear a key's id or a signature.
    """
    signed = _parse(text)
    if signed.kid != NO_KEY or signed.signature:
        raise WireError(Fault.SLIP_UNSIGNED)
    return _claims(signed, SignatureState.DEVICE_KEY_MISSING)


def _spelled(data: bytes) -> str:
    return str(base45.b45encode(data), "ascii")


def _parse(text: str) -> cose.Signed:
    if len(text) > LENGTH:
        raise WireError(Fault.SLIP_LENGTH)
    if not text.startswith(PREFIX):
        raise WireError(Fault.SLIP_PREFIX)
    body = text.removeprefix(PREFIX)
    try:
        data = base45.b45decode(body)
    except ValueError as error:
        raise WireError(Fault.SLIP_BASE45) from error
    if _spelled(data) != body:
        raise WireError(Fault.SLIP_BASE45)
    try:
        return cose.parse(data, length=LENGTH)
    except WireError as error:
        raise WireError(Fault.SLIP_FORM, {"form": error.code}) from error


def _proved(signed: cose.Signed, trust_list: TrustList) -> tuple[TrustedKey, SlipClaims]:
    trusted = _trusted(signed, trust_list)
    if not signed.holds(trusted.key):
        raise WireError(Fault.SLIP_SIGNATURE)
    return trusted, _claims(signed, SignatureState.SIGNED)


def _trusted(signed: cose.Signed, trust_list: TrustList) -> TrustedKey:
    trusted = trust_list.find(signed.kid)
    if trusted is None:
        # Nobody has proved who signed. But who it says it is has no key left that counts: true
        # or forged, it does not hold.
        revoked = trust_list.is_revoked(_stated_issuer(signed))
        raise WireError(Fault.SLIP_KEY_REVOKED if revoked else Fault.SLIP_KEY_UNKNOWN)
    if signed.algorithm != trusted.algorithm:
        raise WireError(Fault.SLIP_ALGORITHM)
    if trusted.revoked_at is not None:
        raise WireError(Fault.SLIP_KEY_REVOKED)
    if Use.SLIP not in trusted.uses:
        raise WireError(Fault.SLIP_KEY_USE)
    return trusted


def _unsigned(signed: cose.Signed, trust_list: TrustList) -> Fault:
    """Why a code without a signature does not hold.

    A kiosk without a key names no centre. Who writes the name of one that has a key and does not
    sign with it is not that kiosk.
    """
    named = trust_list.names(_stated_issuer(signed))
    return Fault.SLIP_SIGNATURE_MISSING if named else Fault.SLIP_UNSIGNED


def _stated_issuer(signed: cose.Signed) -> str:
    """Who made a code by its own word; empty for a payload that cannot be read."""
    try:
        return SlipClaims.from_cbor(signed.payload, length=LENGTH).issuer
    except WireError:
        return ""


def _claims(signed: cose.Signed, stated: SignatureState) -> SlipClaims:
    try:
        claims = SlipClaims.from_cbor(signed.payload, length=LENGTH)
    except WireError as error:
        raise WireError(Fault.SLIP_CLAIMS, {"form": error.code}) from error
    if claims.signature is not stated:
        raise WireError(Fault.SLIP_CLAIMS)
    return claims


def _check_issue(claims: SlipClaims, trusted: TrustedKey, now: datetime) -> None:
    if claims.issuer != f"{trusted.centre}/{trusted.holder}":
        raise WireError(Fault.SLIP_ISSUER)
    if not trusted.not_before <= claims.issued_at <= trusted.not_after:
        raise WireError(Fault.SLIP_KEY_PERIOD)
    if claims.issued_at > now + SKEW:
        raise WireError(Fault.SLIP_FUTURE)
    if claims.expires <= now:
        raise WireError(Fault.SLIP_EXPIRED)
