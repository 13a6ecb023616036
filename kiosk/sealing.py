"""Sealing what must not lie in the clear: AES-256-GCM under keys made from the kiosk's own.

A sealed value is bound to its place: the associated data names table, row and key version, so
a value moved to another row does not open.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kiosk.errors import KioskError

if TYPE_CHECKING:
    from kiosk.ids import RandomBytes

FORM = b"\x01"
"""Leads every sealed value: AES-256-GCM, key version 1."""
KEY_BYTES = 32

_NONCE = 12
_INDEX = 16


class SealError(KioskError):
    """A sealed value that does not open: `seal.broken`."""


class Sealer:
    """Seals and opens with the kiosk's key; also blinds texts that must be found again."""

    def __init__(self, key: bytes, random: RandomBytes) -> None:
        self._random = random
        self.rekey(key)

    def rekey(self, key: bytes) -> None:
        """Seal and open with another key from now on; what the one before sealed stays shut."""
        self._cipher = AESGCM(_derived(key, b"yanpiao/kiosk/seal/1"))
        self._index_key = _derived(key, b"yanpiao/kiosk/index/1")

    def seal(self, table: str, row: str, plain: bytes) -> bytes:
        """The value that only `open` with the same place gives back."""
        nonce = self._random(_NONCE)
        return FORM + nonce + self._cipher.encrypt(nonce, plain, _place(table, row))

    def open(self, table: str, row: str, sealed: bytes) -> bytes:
        """The plain value.

        Raises:
            SealError: for a value altered, moved, or sealed with another key.
        """
        body = sealed[len(FORM) :]
        try:
            if not sealed.startswith(FORM):
                raise SealError("seal.broken", {"table": table})
            return self._cipher.decrypt(body[:_NONCE], body[_NONCE:], _place(table, row))
        except (InvalidTag, ValueError) as error:
            raise SealError("seal.broken", {"table": table}) from error

    def blind(self, text: bytes) -> bytes:
        """A keyed digest: equal texts have equal ones, and nobody without the key can guess."""
        return hmac.digest(self._index_key, text, "sha256")[:_INDEX]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)


def _place(table: str, row: str) -> bytes:
    parts = (b"yanpiao/kiosk", FORM, table.encode(), row.encode())
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)
