"""Where private keys lie: one file a key, for its owner alone, named by what its public half is.

A file is written whole and synced before anything refers to it, so the database names keys and
never holds one. Which key is in use is the database's word alone.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from helpdesk.wire import sealed_box
from helpdesk.wire.enrolment import KioskKeys
from helpdesk.wire.signing_key import KEY_BYTES, Ed25519Signer
from kiosk.key_file import KeyFileError, destroy, read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = "keys"
SECRET_BYTES = 2 * KEY_BYTES


class KeyPair:
    """The private halves of a kiosk's keys: `signer` signs requests, `sealing` opens boxes."""

    def __init__(self, secret: bytes) -> None:
        """The pair of 64 bytes of chance. Raises `WireError` `key.form` for another length."""
        self.signer = Ed25519Signer(secret[:KEY_BYTES])
        self.sealing = secret[KEY_BYTES:]
        self.public = KioskKeys(
            signing=self.signer.key.public, sealing=sealed_box.public_of(self.sealing)
        )

    @property
    def name(self) -> str:
        """What the pair is filed under: the signing key's public half, in hex."""
        return self.public.signing.hex()

    def __repr__(self) -> str:
        """Without a secret."""
        return f"KeyPair({self.name[:8]})"


class KeyStore(Protocol):
    """Keeps key pairs."""

    async def keep(self, secret: bytes) -> KeyPair:
        """The pair of 64 bytes of chance, kept before this returns.

        Raises:
            KeyFileError: `key.unwritable`.
        """

    async def load(self, name: str) -> KeyPair:
        """The pair that was kept.

        Raises:
            KeyFileError: `key.missing`, `key.exposed`, `key.form`.
        """

    async def keep_only(self, names: Iterable[str]) -> None:
        """Destroy all others.

        Raises:
            KeyFileError: `key.undestroyed`.
        """


class KeyFolder:
    """Key pairs as files of mode 0600 in a folder of mode 0700."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, secret: bytes) -> KeyPair:
        """The pair, on the disk before this returns."""
        return await asyncio.to_thread(self._keep, secret)

    async def load(self, name: str) -> KeyPair:
        """The pair of that name."""
        return await asyncio.to_thread(self._load, name)

    async def keep_only(self, names: Iterable[str]) -> None:
        """Destroy all others: overwritten first, as far as the disk does what it is told."""
        await asyncio.to_thread(self._keep_only, {self._file(name) for name in names})

    def _keep(self, secret: bytes) -> KeyPair:
        pair = KeyPair(secret)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            write_private(self._file(pair.name), secret)
        except OSError as error:
            raise KeyFileError("key.unwritable", {"file": str(self._folder)}) from error
        return pair

    def _load(self, name: str) -> KeyPair:
        file = self._file(name)
        secret = read_private(file)
        if len(secret) != SECRET_BYTES or (pair := KeyPair(secret)).name != name:
            raise KeyFileError("key.form", {"file": str(file)})
        return pair

    def _keep_only(self, kept: set[Path]) -> None:
        if self._folder.exists():
            for file in self._folder.iterdir():
                if file not in kept:
                    destroy(file)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.key"


class KeysInMemory:
    """Key pairs of a kiosk that has no disk of its own: a simulation's."""

    def __init__(self) -> None:
        self._pairs: dict[str, KeyPair] = {}

    async def keep(self, secret: bytes) -> KeyPair:
        """The pair, kept."""
        pair = KeyPair(secret)
        self._pairs[pair.name] = pair
        return pair

    async def load(self, name: str) -> KeyPair:
        """The pair of that name."""
        if name not in self._pairs:
            raise KeyFileError("key.missing", {"file": name[:8]})
        return self._pairs[name]

    async def keep_only(self, names: Iterable[str]) -> None:
        """Forget all others."""
        kept = set(names)
        self._pairs = {name: pair for name, pair in self._pairs.items() if name in kept}
