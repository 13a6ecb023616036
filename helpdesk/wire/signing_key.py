"""Keys that sign, behind one small port, with the algorithm pinned to the key.

The id of a key (kid) is made from the key, never given: the first four bytes of its SHA-256.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

KEY_BYTES: Final = 32
KID_BYTES: Final = 4
SIGNATURE_BYTES: Final = 64
NO_KEY: Final = bytes(KID_BYTES)
"""The kid of a slip that nobody signed; no real key may have it."""


class Algorithm(IntEnum):
    """How a key signs, by its number in the COSE registry. Each key has one for its life."""

    EDDSA = -8


def kid_of(public: bytes) -> bytes:
    """The four-byte id of a public key."""
    return hashlib.sha256(public).digest()[:KID_BYTES]


class Signer(Protocol):
    """Whoever holds a private key: a file, a token, another algorithm's library."""

    @property
    def key(self) -> VerifyingKey:
        """The public half."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature over exactly these bytes."""
        ...


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key and the only algorithm it is used with."""

    public: bytes
    algorithm: Algorithm = Algorithm.EDDSA

    @property
    def kid(self) -> bytes:
        """The id of this key."""
        return kid_of(self.public)

    def holds(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` is this key's over exactly `data`; False for any malformed one."""
        if len(signature) != SIGNATURE_BYTES or len(self.public) != KEY_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class Ed25519Signer:
    """A signer from its 32-byte seed. Raises `WireError` `key.form` for another length."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise WireError(Fault.KEY_FORM)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._key = VerifyingKey(self._private.public_key().public_bytes_raw())

    @property
    def key(self) -> VerifyingKey:
        """The public half."""
        return self._key

    def sign(self, data: bytes) -> bytes:
        """The signature over exactly these bytes."""
        return self._private.sign(data)
