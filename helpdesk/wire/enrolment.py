"""How a kiosk and a server that have only a short code in common learn each other's keys.

1. The kiosk asks for the server's keys and a nonce (`ServerHello`); nothing of it is believed yet.
2. The kiosk sends its own keys, a nonce and a proof (`EnrolmentRequest`): an HMAC under a key
   made from the code, over its role, both sides' keys and both nonces; and its signature over
   the same, so that nobody has a key certified that he does not hold.
3. The server checks it and answers with its own proof over the same and with a grant sealed to
   the kiosk's key (`EnrolmentAnswer`). Only a proof that holds makes the kiosk pin the keys.

Whoever sits between the two and swaps a key cannot make either proof. A code is for one kiosk:
the same keys may ask again (an answer got lost), others may not.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from helpdesk.wire import sealed_box
from helpdesk.wire.binary import B16, B32, B64, Base64
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.signing_key import VerifyingKey
from helpdesk.wire.weak_key import is_weak_sealing_key, is_weak_signing_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from helpdesk.wire.signing_key import Signer

PATH: Final = "/api/v1/kiosks/enrolment"

_TRANSCRIPT: Final = b"yanpiao/enrolment/1\0"
_POSSESSION: Final = b"yanpiao/enrolment-possession/1\0"
_GRANT_CONTEXT: Final = b"yanpiao/enrolment-grant/1\0"

ShortName = Annotated[str, Field(min_length=1, max_length=32)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class KioskKeys(_Message):
    """The kiosk's public keys: `signing` Ed25519, `sealing` X25519. It keeps both halves."""

    signing: B32
    sealing: B32


class ServerKeys(_Message):
    """The server's public keys: `receipt` and `root` Ed25519, `sealing` X25519.

    A centre that signs no slips yet has no root.
    """

    receipt: B32
    sealing: B32
    root: B32 | None = None


class ServerHello(_Message):
    """`GET` of the enrolment path."""

    keys: ServerKeys
    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    """The server's own, recognised when it comes back: `challenge.issue`."""


class EnrolmentRequest(_Message):
    """`POST` to the enrolment path; the server names itself as the kiosk heard it."""

    code_name: B16
    """`enrolment_code.name_of`."""
    kiosk: KioskKeys
    server: ServerKeys
    server_nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    kiosk_nonce: B16
    journal: B16
    """Which journal this kiosk writes."""
    proof: B32
    possession: B64
    """The signature of `kiosk.signing` over the same as the proof."""


class RegionKey(_Message):
    """The key of one region's packs."""

    region: ShortName
    epoch: Annotated[int, Field(ge=0, lt=1 << 32)]
    key: B32


class Grant(_Message):
    """What an enrolled kiosk gets. It travels in a sealed box only."""

    kiosk: ShortName
    centre: ShortName
    prefix: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,5}$")]
    """Leased to this kiosk's key: the start of its record numbers."""
    trust: Annotated[bytes, Base64(0, 4 << 20)]
    """The trust list's bundle; empty where the centre has no root."""
    region_keys: tuple[RegionKey, ...] = ()
    invoice_key: B32
    """For `slip_claims.invoice_hash`, the same for all kiosks of a centre."""


class EnrolmentAnswer(_Message):
    """The sealed grant, and the server's proof over it and all that went before."""

    grant: Annotated[bytes, Base64(sealed_box.OVERHEAD, 6 << 20)]
    proof: B32


def proved(key: bytes, signer: Signer, request: EnrolmentRequest) -> EnrolmentRequest:
    """The request with the kiosk's proof and the signature of its key.

    `key` is `enrolment_code.proof_key`, `signer` holds `request.kiosk.signing`. Proof and
    possession of `request` are not read.
    """
    possession = signer.sign(_possession(request))
    given = {"proof": kiosk_proof(key, request), "possession": possession}
    return request.model_copy(update=given)


def kiosk_proof(key: bytes, request: EnrolmentRequest) -> bytes:
    """The kiosk's proof; `key` is `enrolment_code.proof_key`. `request.proof` is not read."""
    return _proof(key, b"kiosk", _heard(request))


def check_keys(keys: KioskKeys) -> None:
    """That nobody else can use these keys. Raises `WireError` `key.weak`."""
    if is_weak_signing_key(keys.signing) or is_weak_sealing_key(keys.sealing):
        raise WireError(Fault.KEY_WEAK)


def check_request(
    key: bytes, request: EnrolmentRequest, keys: ServerKeys, issued: Callable[[str], bool]
) -> None:
    """The server's side of step 2.

    Args:
        key: `enrolment_code.proof_key` of the code that `request.code_name` names.
        request: what came.
        keys: the server's own.
        issued: whether a nonce is one of ours and fresh: `challenge.holds`.

    Raises:
        WireError: `enrolment.proof` where the code is not known, or somebody swapped a key;
            `enrolment.nonce` where the kiosk took too long: it begins again with the hello;
            `key.weak`, `enrolment.possession` for keys that are not the kiosk's alone.
    """
    genuine = hmac.compare_digest(request.proof, kiosk_proof(key, request))
    if request.server != keys or not genuine:
        raise WireError(Fault.ENROLMENT_PROOF)
    if not issued(request.server_nonce):
        raise WireError(Fault.ENROLMENT_NONCE)
    check_keys(request.kiosk)
    if not VerifyingKey(request.kiosk.signing).holds(request.possession, _possession(request)):
        raise WireError(Fault.ENROLMENT_POSSESSION)


def answer(
    key: bytes, request: EnrolmentRequest, grant: Grant, ephemeral: bytes
) -> EnrolmentAnswer:
    """Step 3 for a request that was checked; `ephemeral` is 32 bytes of chance."""
    plain = grant.model_dump_json().encode()
    context = _GRANT_CONTEXT + request.kiosk.signing
    box = sealed_box.seal(request.kiosk.sealing, plain, context=context, ephemeral=ephemeral)
    return EnrolmentAnswer(grant=box, proof=_server_proof(key, request, box))


def open_answer(
    key: bytes, request: EnrolmentRequest, given: EnrolmentAnswer, sealing: bytes
) -> Grant:
    """The kiosk's side of step 3: the grant, if the server knows the code and is who it said.

    `sealing` is the private half of the kiosk's sealing key. After this the kiosk pins
    `request.server`.

    Raises:
        WireError: `enrolment.proof`, `seal.*`, `enrolment.grant` for a grant of another form.
    """
    if not hmac.compare_digest(given.proof, _server_proof(key, request, given.grant)):
        raise WireError(Fault.ENROLMENT_PROOF)
    context = _GRANT_CONTEXT + request.kiosk.signing
    plain = sealed_box.unseal(sealing, given.grant, context=context)
    try:
        return Grant.model_validate_json(plain)
    except ValidationError as error:
        raise WireError(Fault.ENROLMENT_GRANT) from error


@dataclass(frozen=True, slots=True)
class OpenCode:
    """What the server keeps of a code: until when it counts, and which kiosk has used it."""

    expires: datetime
    used_by: KioskKeys | None = None


class Admission(StrEnum):
    """A kiosk's first use of a code, or the same kiosk again because an answer got lost."""

    FIRST = "first"
    AGAIN = "again"


def admit(code: OpenCode, kiosk: KioskKeys, now: datetime) -> Admission:
    """Whether these keys may use this code now.

    The kiosk that used it may come again even later: what it gets is sealed to its own key.

    Raises:
        WireError: `enrolment.used` by another kiosk, `enrolment.expired`.
    """
    if code.used_by is not None:
        if code.used_by != kiosk:
            raise WireError(Fault.ENROLMENT_USED)
        return Admission.AGAIN
    if now >= code.expires:
        raise WireError(Fault.ENROLMENT_EXPIRED)
    return Admission.FIRST


def _heard(request: EnrolmentRequest) -> list[bytes]:
    kiosk, server = request.kiosk, request.server
    nonces = [request.server_nonce.encode(), request.kiosk_nonce]
    keys = [kiosk.signing, kiosk.sealing, server.receipt, server.sealing, server.root or b""]
    return [request.code_name, *keys, *nonces, request.journal]


def _server_proof(key: bytes, request: EnrolmentRequest, box: bytes) -> bytes:
    return _proof(key, b"server", [*_heard(request), request.proof, hashlib.sha256(box).digest()])


def _possession(request: EnrolmentRequest) -> bytes:
    return _POSSESSION + _framed(_heard(request))


def _proof(key: bytes, role: bytes, parts: list[bytes]) -> bytes:
    return hmac.digest(key, _TRANSCRIPT + _framed([role, *parts]), hashlib.sha256)


def _framed(parts: list[bytes]) -> bytes:
    """Each part with its length, so that no two transcripts share their bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
