"""COSE_Sign1 (RFC 9052, 4.2) with nothing to choose: untagged, algorithm and kid protected.

The protected header holds exactly the algorithm and the four-byte kid, the unprotected one
nothing. `purpose` is COSE's external data: it is signed but not sent, so that a signature made
for one purpose never holds for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from helpdesk.wire import strict_cbor
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.signing_key import KID_BYTES

if TYPE_CHECKING:
    from helpdesk.wire.signing_key import Signer, VerifyingKey

_ALGORITHM: Final = 1
_KID: Final = 4
_DEPTH: Final = 2


@dataclass(frozen=True, slots=True)
class Signed:
    """The parts of a message as they came; `protected` and `payload` are the exact bytes."""

    algorithm: int
    kid: bytes
    protected: bytes
    payload: bytes
    signature: bytes

    def holds(self, key: VerifyingKey, purpose: bytes = b"") -> bool:
        """Whether `key` signed exactly this for `purpose`, by the key's own algorithm."""
        if self.kid != key.kid or self.algorithm != key.algorithm:
            return False
        return key.holds(self.signature, _signed_bytes(self.protected, self.payload, purpose))


def _signed_bytes(protected: bytes, payload: bytes, purpose: bytes) -> bytes:
    return strict_cbor.encode(["Signature1", protected, purpose, payload])


def header(algorithm: int, kid: bytes) -> bytes:
    """The protected header's bytes."""
    return strict_cbor.encode({_ALGORITHM: algorithm, _KID: kid})


def message(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """The parts as one message."""
    return strict_cbor.encode([protected, {}, payload, signature])


def sign(signer: Signer, payload: bytes, purpose: bytes = b"") -> bytes:
    """The signed message around `payload`."""
    protected = header(signer.key.algorithm, signer.key.kid)
    return message(protected, payload, signer.sign(_signed_bytes(protected, payload, purpose)))


def parse(data: bytes, *, length: int = strict_cbor.LENGTH) -> Signed:
    """The parts of a message; nothing is verified yet.

    Raises:
        WireError: `cbor.*` for bytes outside the strict subset, `cose.form` for anything that is
            CBOR but not this message.
    """
    value = strict_cbor.decode(data, depth=_DEPTH, length=length)
    match value:
        case [
            bytes() as protected,
            dict() as unprotected,
            bytes() as payload,
            bytes() as signature,
        ]:
            if unprotected:
                raise WireError(Fault.COSE_FORM)
        case _:
            raise WireError(Fault.COSE_FORM)
    match strict_cbor.decode(protected, depth=1):
        case dict() as fields if set(fields) == {_ALGORITHM, _KID}:
            algorithm, kid = fields[_ALGORITHM], fields[_KID]
        case _:
            raise WireError(Fault.COSE_FORM)
    if type(algorithm) is not int or not isinstance(kid, bytes) or len(kid) != KID_BYTES:
        raise WireError(Fault.COSE_FORM)
    return Signed(algorithm, kid, protected, payload, signature)
