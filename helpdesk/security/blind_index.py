"""Blind indexes: a keyed hash that finds a row by equality and tells nothing else."""

from __future__ import annotations

import hmac

__all__ = ["BlindIndex"]

_BYTES = 16


class BlindIndex:
    """HMAC-SHA256 cut to 128 bits, for values that are unique and hard to guess as a whole.

    The caller normalises: equal values must come as equal bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, value: bytes) -> bytes:
        """Return the 16 bytes that stand for ``value``."""
        return hmac.digest(self._key, value, "sha256")[:_BYTES]

    def hex(self, value: bytes) -> str:
        """Return the same as 32 hexadecimal characters, for a column that text fits better."""
        return self.of(value).hex()
