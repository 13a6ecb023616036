"""Public keys under which anybody can sign, or that share a secret with everybody.

Ed25519 has eight points of small order: a signature can be made for them without a private key.
An X25519 key of small order turns every exchange into zeros. Nobody who made keys has one.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

_SIGN_BIT: Final = 0x80
_SMALL_ORDER: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""Their y, in every spelling that a reader takes, without the bit of x's sign."""
_ANY: Final = X25519PrivateKey.from_private_bytes(bytes(range(32)))


def is_weak_signing_key(public: bytes) -> bool:
    """Whether this Ed25519 key is a point of small order."""
    return public[:-1] + bytes([public[-1] & ~_SIGN_BIT & 0xFF]) in _SMALL_ORDER


def is_weak_sealing_key(public: bytes) -> bool:
    """Whether this X25519 key shares nothing with any other."""
    try:
        _ANY.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return True
    return False
