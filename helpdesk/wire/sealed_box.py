"""Bytes that only the holder of one key can read: a file on a USB stick, keys for a kiosk.

X25519 with a key made for this box alone, HKDF-SHA256, AES-256-GCM. A box is
`YPB` · suite (1 byte) · the box's public key (32) · ciphertext and tag. Key and nonce both come
from the HKDF, which knows both public keys and the context; so a box for one purpose or reader
does not open as another. It proves nothing about its sender.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault

KEY_BYTES: Final = 32
OVERHEAD: Final = 52
"""How much longer a box is than its content."""

_MAGIC: Final = b"YPB\x01"
_HEADER: Final = len(_MAGIC) + KEY_BYTES
_AES_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_DOMAIN: Final = b"yanpiao/sealed-box/1\0"


def public_of(private: bytes) -> bytes:
    """The public half of a 32-byte X25519 private key. Raises `WireError` `seal.key`."""
    return _private(private).public_key().public_bytes_raw()


def seal(public: bytes, plain: bytes, *, context: bytes, ephemeral: bytes) -> bytes:
    """A box for the holder of `public`'s private key.

    Args:
        public: the reader's X25519 public key.
        plain: the content.
        context: what the box is for; the reader must name the same.
        ephemeral: 32 bytes of chance for this box alone. Never use them twice.

    Raises:
        WireError: `seal.key` for a key that is none.
    """
    own = _private(ephemeral)
    sender = own.public_key().public_bytes_raw()
    key, nonce = _secrets(own, public, sender, public, context)
    header = _MAGIC + sender
    return header + AESGCM(key).encrypt(nonce, plain, header)


def unseal(private: bytes, box: bytes, *, context: bytes) -> bytes:
    """The content of a box.

    Raises:
        WireError: `seal.form` for bytes that are no box, `seal.key`, `seal.open` for a box of
            another reader or purpose, or a damaged one.
    """
    if len(box) < OVERHEAD or not box.startswith(_MAGIC):
        raise WireError(Fault.SEAL_FORM)
    own = _private(private)
    reader = own.public_key().public_bytes_raw()
    sender = box[len(_MAGIC) : _HEADER]
    key, nonce = _secrets(own, sender, sender, reader, context)
    try:
        return AESGCM(key).decrypt(nonce, box[_HEADER:], box[:_HEADER])
    except InvalidTag as error:
        raise WireError(Fault.SEAL_OPEN) from error


def _private(data: bytes) -> X25519PrivateKey:
    if len(data) != KEY_BYTES:
        raise WireError(Fault.SEAL_KEY)
    return X25519PrivateKey.from_private_bytes(data)


def _secrets(
    own: X25519PrivateKey, other: bytes, sender: bytes, reader: bytes, context: bytes
) -> tuple[bytes, bytes]:
    try:
        shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    except ValueError as error:  # wrong length, or a point that shares nothing
        raise WireError(Fault.SEAL_KEY) from error
    info = _DOMAIN + sender + reader + context
    derived = HKDF(SHA256(), _AES_BYTES + _NONCE_BYTES, None, info).derive(shared)
    return derived[:_AES_BYTES], derived[_AES_BYTES:]
