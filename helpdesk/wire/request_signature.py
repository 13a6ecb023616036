"""Signed requests: a strict subset of RFC 9421 with the Content-Digest of RFC 9530.

One signature, `sig1`, by Ed25519, over method, authority, path, query, the body's digest and,
exactly where the request has one, its Idempotency-Key; with `created`, `nonce`, `keyid`, `alg`
and `tag` in this order. Any other shape is refused, also one the RFC would allow.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.op_id import IDEMPOTENCY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from helpdesk.wire.signing_key import Signer, VerifyingKey

CONTENT_DIGEST: Final = "Content-Digest"
SIGNATURE_INPUT: Final = "Signature-Input"
SIGNATURE: Final = "Signature"
TAG: Final = "yanpiao-kiosk"
WINDOW: Final = timedelta(seconds=120)

_COVERED: Final = ("@method", "@authority", "@path", "@query", "content-digest")
_KEYED: Final = (*_COVERED, IDEMPOTENCY_KEY.lower())
_INPUT: Final = re.compile(
    r"sig1=(?P<params>\((?P<covered>"
    + " ".join(f'"{name}"' for name in _COVERED)
    + rf'(?: "{_KEYED[-1]}")?'
    + r")\);created=(?P<created>[1-9][0-9]{0,11})"
    + r';nonce="(?P<nonce>[A-Za-z0-9_-]{16,64})"'
    + r';keyid="(?P<keyid>[A-Za-z0-9_.:-]{1,64})"'
    + r';alg="ed25519";tag="'
    + re.escape(TAG)
    + r'")'
)
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_VALUE: Final = re.compile(r"sig1=:([A-Za-z0-9+/]{86}==):")
_DIGEST: Final = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:")
_MOMENT_LIMIT: Final = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed of a request.

    `authority` is host and port as in the Host header (lower case, no default port), `path` and
    `query` as sent, still percent-encoded; `query` without its question mark.
    `idempotency_key` is the value of that header field, None only where there is no such field:
    whoever could swap it would choose which recorded answer a kiosk hears.
    """

    method: str
    authority: str
    path: str
    query: str
    body: bytes
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """Who signed, and the nonce that the receiver remembers for the window.

    `challenged`: the clock was outside the window, the nonce proved that the request is new.
    """

    keyid: str
    nonce: str
    created: datetime
    challenged: bool


def content_digest(body: bytes) -> str:
    """The Content-Digest field of a body, sha-256 only."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_base(components: Sequence[tuple[str, str]], params: str) -> bytes:
    """The bytes that are signed (RFC 9421, 2.5)."""
    lines = [f'"{name}": {value}' for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def keyid_of(headers: Mapping[str, str]) -> str | None:
    """Whose signature the fields claim to be, unproved; None for fields of another shape."""
    given = _INPUT.fullmatch(headers.get(SIGNATURE_INPUT, ""))
    value = _VALUE.fullmatch(headers.get(SIGNATURE, ""))
    return None if given is None or value is None else given["keyid"]


def sign(
    request: Request, signer: Signer, keyid: str, created: datetime, nonce: str
) -> dict[str, str]:
    """The three header fields that sign `request`.

    `nonce` is 16 to 64 characters of base64url: chance, or the server's challenge.

    Raises:
        WireError: `signature.form` for a nonce or key id that cannot be written.
    """
    if not (_NONCE.fullmatch(nonce) and _KEY_ID.fullmatch(keyid)):
        raise WireError(Fault.SIGNATURE_FORM)
    moment = int(created.timestamp())
    params = (
        f'({_listed(request)});created={moment};nonce="{nonce}";keyid="{keyid}"'
        f';alg="ed25519";tag="{TAG}"'
    )
    digest = content_digest(request.body)
    signature = signer.sign(signature_base(_components(request, digest), params))
    return {
        CONTENT_DIGEST: digest,
        SIGNATURE_INPUT: f"sig1={params}",
        SIGNATURE: f"sig1=:{base64.b64encode(signature).decode()}:",
    }


def verify(
    request: Request,
    headers: Mapping[str, str],
    key_of: Callable[[str], VerifyingKey | None],
    now: datetime,
    answers: Callable[[str, str], bool],
) -> VerifiedRequest:
    """Who signed `request`, its body included.

    Args:
        request: what arrived.
        headers: its fields, looked up by the names above (give a case-insensitive mapping).
        key_of: the key of a key id, None for an unknown or fenced one.
        now: the server's time.
        answers: whether (key id, nonce) answers a challenge of ours: `challenge.holds`.

    Raises:
        WireError: as `verify_unread` and `check_body`.
    """
    check_body(headers, request.body)
    return verify_unread(request, headers, key_of, now, answers)


def verify_unread(
    request: Request,
    headers: Mapping[str, str],
    key_of: Callable[[str], VerifyingKey | None],
    now: datetime,
    answers: Callable[[str, str], bool],
) -> VerifiedRequest:
    """Who signed a request whose body was not read yet: `request.body` is not looked at.

    So nobody makes a server take in a long body before it knows whose that is. The body is
    still to be held against the digest that was signed: `check_body`. Arguments as `verify`.

    Raises:
        WireError: `signature.missing`, `signature.form`, `signature.digest` (no digest of ours),
            `signature.key`, `signature.wrong`; `signature.skew` when all of it holds except the
            clock: answer 401 with the server's time and a challenge, which the kiosk sends back
            as the nonce of a new signature.
    """
    stated = _field(headers, CONTENT_DIGEST)
    given = _INPUT.fullmatch(_field(headers, SIGNATURE_INPUT))
    value = _VALUE.fullmatch(_field(headers, SIGNATURE))
    if given is None or value is None or given["covered"] != _listed(request):
        raise WireError(Fault.SIGNATURE_FORM)
    if not _DIGEST.fullmatch(stated):
        raise WireError(Fault.SIGNATURE_DIGEST)
    key = key_of(given["keyid"])
    if key is None:
        raise WireError(Fault.SIGNATURE_KEY)
    if not key.holds(_signature(value[1]), _base(request, stated, given["params"])):
        raise WireError(Fault.SIGNATURE_WRONG)
    created = _moment(given["created"])
    skewed = abs(now - created) > WINDOW
    if skewed and not answers(given["keyid"], given["nonce"]):
        raise WireError(Fault.SIGNATURE_SKEW)
    return VerifiedRequest(given["keyid"], given["nonce"], created, skewed)


def check_body(headers: Mapping[str, str], body: bytes) -> None:
    """That this body has the stated digest.

    Raises:
        WireError: `signature.missing`, `signature.digest` (another body).
    """
    if _field(headers, CONTENT_DIGEST) != content_digest(body):
        raise WireError(Fault.SIGNATURE_DIGEST)


def _base(request: Request, digest: str, params: str) -> bytes:
    return signature_base(_components(request, digest), params)


def _covered(request: Request) -> tuple[str, ...]:
    return _COVERED if request.idempotency_key is None else _KEYED


def _listed(request: Request) -> str:
    return " ".join(f'"{name}"' for name in _covered(request))


def _components(request: Request, digest: str) -> list[tuple[str, str]]:
    values = [request.method, request.authority, request.path, f"?{request.query}", digest]
    if request.idempotency_key is not None:
        values.append(request.idempotency_key)
    # Fields may hold bytes that no sender of ours writes: they have no place in a base.
    if any(not value.isascii() or "\n" in value or "\r" in value for value in values):
        raise WireError(Fault.SIGNATURE_FORM)
    return list(zip(_covered(request), values, strict=True))


def _field(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None:
        raise WireError(Fault.SIGNATURE_MISSING)
    return value


def _signature(text: str) -> bytes:
    data = base64.b64decode(text)
    if base64.b64encode(data).decode() != text:
        raise WireError(Fault.SIGNATURE_FORM)
    return data


def _moment(text: str) -> datetime:
    value = int(text)
    if value >= _MOMENT_LIMIT:
        raise WireError(Fault.SIGNATURE_FORM)
    return datetime.fromtimestamp(value, UTC)
