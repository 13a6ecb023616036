"""Which keys may sign what: an offline root certifies an issuer, the issuer signs the list.

A list travels with its issuer's certificate as one bundle. `accept` is the ratchet: it checks
everything and returns the list, or raises; only then may the caller replace what it holds. It
never goes back to a lower version, nor to another list of the same version.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from helpdesk.wire import cose, strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.numbered import Key32, Moment, Name, Numbered
from helpdesk.wire.signing_key import KID_BYTES, NO_KEY, Algorithm, VerifyingKey, kid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.wire.signing_key import Signer

BUNDLE_LENGTH: Final = 4 << 20
LIST_LIFETIME: Final = timedelta(days=30)
CERTIFICATE_LIFETIME: Final = timedelta(days=366)
SKEW: Final = timedelta(minutes=5)
"""How far ahead of ours the issuer's clock may be."""

_CERTIFICATE_PURPOSE: Final = b"yanpiao/issuer-certificate/1"
_LIST_PURPOSE: Final = b"yanpiao/trust-list/1"


class Use(IntEnum):
    """What a listed key may sign."""

    SLIP = 1
    REQUEST = 2
    """Requests and journal heads of a kiosk."""
    RECEIPT = 3
    """Countersignatures of the server."""


class TrustedKey(Numbered):
    """One key of the list. `revoked_at` set means: nothing it ever signed holds any more."""

    NUMBERS: ClassVar[dict[str, int]] = {
        "public": 1,
        "algorithm": 2,
        "uses": 3,
        "centre": 4,
        "holder": 5,
        "not_before": 6,
        "not_after": 7,
        "revoked_at": 8,
    }

    public: Key32
    algorithm: Algorithm
    uses: Annotated[tuple[Use, ...], Field(min_length=1, max_length=len(Use))]
    centre: Name
    holder: Name
    """The kiosk's id, or `server`."""
    not_before: Moment
    not_after: Moment
    revoked_at: Moment | None = None

    @property
    def key(self) -> VerifyingKey:
        """The key with its algorithm."""
        return VerifyingKey(self.public, self.algorithm)


class RevocationPart(Numbered):
    """The list of revoked documents that `kid` signed in `month` (YYYYMM, UTC), by digest."""

    NUMBERS: ClassVar[dict[str, int]] = {"kid": 1, "month": 2, "count": 3, "digest": 4}

    kid: Annotated[bytes, Field(min_length=KID_BYTES, max_length=KID_BYTES)]
    month: Annotated[int, Field(ge=200001, le=999912)]
    count: Annotated[int, Field(ge=1, le=1 << 32)]
    digest: Key32


class RevokedHolder(Numbered):
    """A holder none of whose keys is listed any more: nothing that any of them signed holds."""

    NUMBERS: ClassVar[dict[str, int]] = {"centre": 1, "holder": 2, "revoked_at": 3}

    centre: Name
    holder: Name
    revoked_at: Moment


class TrustList(Numbered):
    """All keys that count, from `issued_at` until `expires` (at most 30 days)."""

    NUMBERS: ClassVar[dict[str, int]] = {
        "version": 1,
        "issued_at": 2,
        "expires": 3,
        "keys": 4,
        "revocations": 5,
        "revoked_holders": 6,
    }
    DEPTH: ClassVar[int] = 4

    version: Annotated[int, Field(ge=1, lt=1 << 63)]
    issued_at: Moment
    expires: Moment
    keys: tuple[TrustedKey, ...]
    revocations: tuple[RevocationPart, ...] = ()
    revoked_holders: tuple[RevokedHolder, ...] = ()

    def numbered(self) -> dict[int, object]:
        """As every record; a list without revoked holders is spelt as before there were any."""
        given = super().numbered()
        if not self.revoked_holders:
            del given[self.NUMBERS["revoked_holders"]]
        return given

    def find(self, kid: bytes) -> TrustedKey | None:
        """The listed key of this id."""
        return next((item for item in self.keys if kid_of(item.public) == kid), None)

    def names(self, issuer: str) -> bool:
        """Whether `issuer` (`<centre>/<holder>`) has, or had, a key in this list."""
        keys = any(issuer == f"{key.centre}/{key.holder}" for key in self.keys)
        return keys or self.is_revoked(issuer)

    def is_revoked(self, issuer: str) -> bool:
        """Whether `issuer` (`<centre>/<holder>`) is a holder whose keys were all revoked."""
        return any(issuer == f"{each.centre}/{each.holder}" for each in self.revoked_holders)

    def revocation(self, kid: bytes, month: int) -> RevocationPart | None:
        """The part that names revoked documents of this key and month; None = none revoked."""
        return next(
            (part for part in self.revocations if (part.kid, part.month) == (kid, month)), None
        )


class IssuerCertificate(Numbered):
    """The root's word that `public` may issue trust lists for this while (at most a year)."""

    NUMBERS: ClassVar[dict[str, int]] = {
        "public": 1,
        "algorithm": 2,
        "not_before": 3,
        "not_after": 4,
    }

    public: Key32
    algorithm: Algorithm
    not_before: Moment
    not_after: Moment


@dataclass(frozen=True, slots=True)
class Held:
    """What a holder of the list remembers of it, to refuse an older or another one."""

    version: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A certificate and the list its issuer signed, both proved by a pinned root."""

    certificate: IssuerCertificate
    trust_list: TrustList
    held: Held


def certify(root: Signer, certificate: IssuerCertificate) -> bytes:
    """The certificate signed by the offline root.

    Raises:
        WireError: `trust.lifetime` beyond a year or ending before it begins.
    """
    lifetime = certificate.not_after - certificate.not_before
    if not timedelta(0) < lifetime <= CERTIFICATE_LIFETIME:
        raise WireError(Fault.TRUST_LIFETIME)
    return cose.sign(root, certificate.to_cbor(), _CERTIFICATE_PURPOSE)


def issue(issuer: Signer, certificate: bytes, trust_list: TrustList) -> bytes:
    """The bundle of a certificate (from `certify`) and a list signed by its issuer.

    Raises:
        WireError: `trust.lifetime` beyond 30 days, `trust.duplicate` for two keys of one id.
    """
    _check_list(trust_list)
    return strict_cbor.encode([certificate, cose.sign(issuer, trust_list.to_cbor(), _LIST_PURPOSE)])


def read(data: bytes, roots: Sequence[VerifyingKey]) -> Bundle:
    """What a bundle says, proved by signatures alone, whatever the time is.

    For a list that was accepted before and is read again from the disk.

    Raises:
        WireError: `trust.long`, `trust.form`, `trust.root` (no pinned root has certified the
            issuer), `trust.signature`, `trust.lifetime`, `trust.certificate_period`,
            `trust.duplicate`.
    """
    certificate, signed = _parts(data)
    issuer = _certified(certificate, roots)
    if not signed.holds(VerifyingKey(issuer.public, issuer.algorithm), _LIST_PURPOSE):
        raise WireError(Fault.TRUST_SIGNATURE)
    trust_list = TrustList.from_cbor(signed.payload, length=BUNDLE_LENGTH)
    _check_list(trust_list)
    if issuer.not_after - issuer.not_before > CERTIFICATE_LIFETIME:
        raise WireError(Fault.TRUST_LIFETIME)
    if not issuer.not_before <= trust_list.issued_at <= issuer.not_after:
        raise WireError(Fault.TRUST_CERTIFICATE_PERIOD)
    digest = hashlib.sha256(signed.payload).digest()
    return Bundle(issuer, trust_list, Held(trust_list.version, digest))


def accept(
    data: bytes, roots: Sequence[VerifyingKey], now: datetime, held: Held | None = None
) -> Bundle:
    """The ratchet: a bundle that may replace what `held` remembers.

    Raises:
        WireError: as `read`; `trust.future`, `trust.expired`, `trust.certificate_period`;
            `trust.rollback` for a lower version, `trust.fork` for another list of the same one.
    """
    bundle = read(data, roots)
    trust_list = bundle.trust_list
    if trust_list.issued_at > now + SKEW:
        raise WireError(Fault.TRUST_FUTURE)
    if trust_list.expires <= now:
        raise WireError(Fault.TRUST_EXPIRED)
    if bundle.certificate.not_after <= now:
        raise WireError(Fault.TRUST_CERTIFICATE_PERIOD)
    if held is not None and trust_list.version < held.version:
        raise WireError(Fault.TRUST_ROLLBACK)
    if held is not None and bundle.held.version == held.version and bundle.held != held:
        raise WireError(Fault.TRUST_FORK)
    return bundle


def certificate_of(data: bytes, roots: Sequence[VerifyingKey]) -> IssuerCertificate:
    """What a certificate says, proved by one of these roots, whatever the time is.

    Raises:
        WireError: `cbor.*`, `cose.form`; `trust.root` where none of them has signed it.
    """
    return _certified(cose.parse(data), roots)


def _certified(certificate: cose.Signed, roots: Sequence[VerifyingKey]) -> IssuerCertificate:
    root = next((root for root in roots if root.kid == certificate.kid), None)
    if root is None or not certificate.holds(root, _CERTIFICATE_PURPOSE):
        raise WireError(Fault.TRUST_ROOT)
    return IssuerCertificate.from_cbor(certificate.payload)


def _parts(data: bytes) -> tuple[cose.Signed, cose.Signed]:
    if len(data) > BUNDLE_LENGTH:
        raise WireError(Fault.TRUST_LONG)
    match strict_cbor.decode(data, depth=1, length=BUNDLE_LENGTH):
        case [bytes() as certificate, bytes() as signed]:
            return cose.parse(certificate), cose.parse(signed, length=BUNDLE_LENGTH)
        case _:
            raise WireError(Fault.TRUST_FORM)


def _check_list(trust_list: TrustList) -> None:
    if not timedelta(0) < trust_list.expires - trust_list.issued_at <= LIST_LIFETIME:
        raise WireError(Fault.TRUST_LIFETIME)
    kids = [kid_of(item.public) for item in trust_list.keys]
    parts = [(part.kid, part.month) for part in trust_list.revocations]
    holders = [(each.centre, each.holder) for each in trust_list.revoked_holders]
    if NO_KEY in kids or any(len(set(each)) < len(each) for each in (kids, parts, holders)):
        raise WireError(Fault.TRUST_DUPLICATE)
