"""Region keys, and the keyed digests that stand for an invoice in a pack."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol, Self

from invoices.pack.errors import PackError, PackFault

KEY_BYTES: Final = 32
REGION_BYTES: Final = 16
CHECK_BYTES: Final = 16
MOST_ROUNDS: Final = 100_000
"""A hostile header must not make one look-up take seconds."""

_IDENTITY: Final = b"i"
_BODY: Final = b"b"
_CHECK: Final = b"kfpk-key-check"


class Prf(IntEnum):
    """Keyed digest of a pack, by its number in the header."""

    BLAKE2B = 1
    HMAC_SHA256 = 2
    HMAC_SM3 = 3


class _Keyed(Protocol):
    def copy(self) -> Self: ...
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class PackKey:
    """The secret of one region in one epoch: 32 random bytes, never shown.

    Raises:
        PackError: `pack.key` if the secret is not 32 bytes, the region is not 1 to 16 printable
            ASCII characters, or the epoch does not fit in 32 bits.
    """

    region: str
    epoch: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        named = self.region.isascii() and self.region.isprintable()
        fits = 0 < len(self.region) <= REGION_BYTES and 0 <= self.epoch < 1 << 32
        if not named or not fits or len(self.secret) != KEY_BYTES:
            raise PackError(PackFault.KEY)


def _state(prf: Prf, secret: bytes) -> _Keyed:
    if prf is Prf.BLAKE2B:
        return hashlib.blake2b(key=secret, digest_size=16)
    try:
        return hmac.new(secret, digestmod="sm3" if prf is Prf.HMAC_SM3 else "sha256")
    except ValueError as error:
        raise PackError(PackFault.PRF, prf=prf.name.lower()) from error


class Digester:
    """Digests of one key. `rounds` > 0 makes each body cost that many PBKDF2 rounds.

    Raises:
        PackError: `pack.prf` where this machine lacks the digest (SM3 needs OpenSSL's).
    """

    def __init__(self, key: PackKey, prf: Prf = Prf.BLAKE2B, rounds: int = 0) -> None:
        self.key = key
        self.prf = prf
        self.rounds = rounds
        self._slow_hash = "sm3" if prf is Prf.HMAC_SM3 else "sha256"
        self._start = _state(prf, key.secret)
        self._identity = self._start.copy()
        self._identity.update(_IDENTITY)
        self._body = self._start.copy()
        self._body.update(_BODY)

    def identity(self, data: bytes) -> bytes:
        """16 bytes that stand for which invoice it is: `h` and, behind it, `h2`."""
        state = self._identity.copy()
        state.update(data)
        return state.digest()[:16]

    def body(self, data: bytes) -> bytes:
        """4 bytes that stand for what the invoice says."""
        if self.rounds:
            data = hashlib.pbkdf2_hmac(self._slow_hash, data, self.key.secret, self.rounds)
        state = self._body.copy()
        state.update(data)
        return state.digest()[:4]

    def check(self) -> bytes:
        """16 bytes by which a file tells whether this is its key."""
        state = self._start.copy()
        state.update(_CHECK)
        return state.digest()[:CHECK_BYTES]


def halves(identity: bytes) -> tuple[int, int]:
    """`h` and `h2` of a 16-byte identity digest, little-endian."""
    return int.from_bytes(identity[:8], "little"), int.from_bytes(identity[8:], "little")
