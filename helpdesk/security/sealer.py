"""Sealed rows: AES-256-GCM bound to table, row and key version, so that no blob can be moved.

Layout: ``0x01 | algorithm 0x01 | key version (2 bytes) | nonce (12) | ciphertext and tag``.
The nonce is random; with one key a table and version, 2^32 rows stay far away.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpdesk.security.errors import SealError
from helpdesk.security.framing import framed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RowId", "Sealer"]

RowId = bytes | str | int

_HEAD = b"\x01\x01"
_VERSION_END = 4
_NONCE_END = 16
_SHORTEST = _NONCE_END + 16
_BYTES_ID, _TEXT_ID, _NUMBER_ID = framed(b"b"), framed(b"s"), framed(b"i")


class Sealer:
    """Seals and opens the rows of one table. Thread-safe; keys are derived once."""

    def __init__(self, table: str, keys: Mapping[int, bytes], current: int) -> None:
        self._table = table
        self._ciphers = {version: AESGCM(key) for version, key in keys.items()}
        self._aad = {
            v: framed(b"yanpiao-row-1", table.encode(), v.to_bytes(2, "big")) for v in keys
        }
        self._current = current
        self._head = _HEAD + current.to_bytes(2, "big")

    def add(self, version: int, key: bytes) -> None:
        """Open what this version sealed too, and seal by it if it is the newest."""
        # Each step leaves a sealer that works: another thread may be sealing meanwhile.
        self._aad[version] = framed(
            b"yanpiao-row-1", self._table.encode(), version.to_bytes(2, "big")
        )
        self._ciphers[version] = AESGCM(key)
        if version > self._current:
            self._current, self._head = version, _HEAD + version.to_bytes(2, "big")

    def seal(self, row_id: RowId, plain: bytes) -> bytes:
        """Encrypt ``plain`` for the row ``row_id`` under the current key version."""
        nonce, head = os.urandom(12), self._head
        version = int.from_bytes(head[len(_HEAD) :], "big")
        aad = self._aad[version] + _id_bytes(row_id)
        return head + nonce + self._ciphers[version].encrypt(nonce, plain, aad)

    def open(self, row_id: RowId, blob: bytes) -> bytes:
        """Decrypt what :meth:`seal` made for this very row.

        Raises:
            SealError: ``seal.format`` for bytes that are no seal, ``seal.version`` for a key
                this ring does not hold, ``seal.broken`` for a wrong key, another row's or
                table's blob, or a damaged one.
        """
        blob = bytes(blob)
        if len(blob) < _SHORTEST or not blob.startswith(_HEAD):
            raise SealError("seal.format")
        version = int.from_bytes(blob[len(_HEAD) : _VERSION_END], "big")
        cipher = self._ciphers.get(version)
        if cipher is None:
            raise SealError("seal.version", version=str(version))
        aad = self._aad[version] + _id_bytes(row_id)
        try:
            return cipher.decrypt(blob[_VERSION_END:_NONCE_END], blob[_NONCE_END:], aad)
        except InvalidTag as error:
            raise SealError("seal.broken") from error


def version_of(blob: bytes) -> int | None:
    """The key version that a seal names; None for bytes that are no seal."""
    if len(blob) < _SHORTEST or blob[: len(_HEAD)] != _HEAD:
        return None
    return int.from_bytes(blob[len(_HEAD) : _VERSION_END], "big")


def _id_bytes(row_id: RowId) -> bytes:
    """Tell 7, "7" and b"7" apart: they are different rows."""
    # Spelt out: `framed` would take as long as the encryption.
    if isinstance(row_id, bytes):
        mark, told = _BYTES_ID, row_id
    elif isinstance(row_id, str):
        mark, told = _TEXT_ID, row_id.encode()
    else:
        mark, told = _NUMBER_ID, b"%d" % row_id
    return mark + len(told).to_bytes(4, "big") + told
