"""The key ring: a root key on disk wraps data root keys, from which every working key is derived.

Three root keys of their own, so that giving out one gives out nothing else: ``data`` (sealed
rows, with versions), ``index`` (blind indexes) and ``number`` (the index over the invoice
number alone, which only staff may search: eight digits can be guessed through).
"""

from __future__ import annotations

import asyncio
import json
import math
import os
from typing import TYPE_CHECKING, Any, ClassVar, Self

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from helpdesk.security.blind_index import BlindIndex
from helpdesk.security.errors import KeyRingError
from helpdesk.security.framing import framed
from helpdesk.security.key_files import (
    check_folder,
    locked,
    make_folder,
    move_secret,
    read_secret,
    replace_secret,
)
from helpdesk.security.row_mac import RowMac
from helpdesk.security.sealer import Sealer, version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["KeyRing"]

_log = structlog.stdlib.get_logger("helpdesk.security")

_ASIDE = "making"
_FORMAT = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_LAST_VERSION = 0xFFFF


class KeyRing:
    """The opened ring. Blocking file access happens only in ``create``, ``open``, ``rotate``."""

    RELOAD_SECONDS: ClassVar[float] = 1.0

    ROOT_FILE: ClassVar[str] = "root.key"
    RING_FILE: ClassVar[str] = "ring.json"
    ACCESS_FILE: ClassVar[str] = "kiosk-access"

    def __init__(
        self, data: Mapping[int, bytes], index: bytes, number: bytes, kiosk_access: bytes
    ) -> None:
        self._data = dict(data)
        self._index = index
        self._number = number
        self._kiosk_access = kiosk_access
        self._sealers: dict[str, Sealer] = {}
        self._folder: Path | None = None
        self._looked = -math.inf

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make a new ring in ``folder`` (mode 0700, files 0600) and open it.

        Raises:
            KeyRingError: ``keys.exist`` when there is one: keys are never overwritten;
                ``keys.folder`` when the folder cannot be used.
        """
        make_folder(folder)
        with locked(folder):
            cls._make(folder, folder / _ASIDE)
        return cls.open(folder)

    @classmethod
    def _make(cls, folder: Path, aside: Path) -> None:
        """Write all aside, the ring last, and move it in: a crash is made good the next time."""
        if not (aside / cls.RING_FILE).exists():
            for name in (cls.ROOT_FILE, cls.RING_FILE, cls.ACCESS_FILE):
                if (folder / name).exists():
                    raise KeyRingError("keys.exist", path=str(folder / name))
            make_folder(aside)
            root = os.urandom(_KEY_BYTES)
            roots = [("data", 1), ("index", 1), ("number", 1)]
            wrapped = [_wrapped(root, kind, n, os.urandom(_KEY_BYTES)) for kind, n in roots]
            replace_secret(aside / cls.ROOT_FILE, _hex_line(root))
            replace_secret(aside / cls.ACCESS_FILE, _hex_line(os.urandom(_KEY_BYTES)))
            replace_secret(aside / cls.RING_FILE, _ring_bytes(wrapped))
        for name in (cls.ROOT_FILE, cls.ACCESS_FILE, cls.RING_FILE):
            if (aside / name).exists():
                move_secret(aside / name, folder / name)
        aside.rmdir()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the ring in ``folder``.

        Raises:
            KeyRingError: as ``check_folder`` and ``read_secret``, ``keys.format``
                or ``keys.root`` (the root key is not the one that wrapped the others).
        """
        check_folder(folder)
        root = _hex_key(folder / cls.ROOT_FILE)
        keys: dict[str, dict[int, bytes]] = {}
        for entry in _entries(folder / cls.RING_FILE):
            kind, version, key = _unwrapped(root, entry, folder)
            keys.setdefault(kind, {})[version] = key
        if not all(keys.get(kind) for kind in ("data", "index", "number")):
            raise KeyRingError("keys.format", path=str(folder / cls.RING_FILE))
        access = _hex_key(folder / cls.ACCESS_FILE)
        ring = cls(keys["data"], keys["index"][1], keys["number"][1], access)
        ring._folder = folder
        return ring

    @classmethod
    def rotate(cls, folder: Path) -> int:
        """Add a data key version for what is sealed from now on; old rows stay readable.

        Returns the new version. A running server uses it after its next start, or as soon as it
        meets what another process has sealed by it.
        """
        ring = cls.open(folder)
        version = ring.current + 1
        if version > _LAST_VERSION:
            raise KeyRingError("keys.versions")
        root = _hex_key(folder / cls.ROOT_FILE)
        path = folder / cls.RING_FILE
        fresh = _wrapped(root, "data", version, os.urandom(_KEY_BYTES))
        replace_secret(path, _ring_bytes([*_entries(path), fresh]))
        return version

    @property
    def current(self) -> int:
        """The version of the data key that seals now."""
        return max(self._data)

    @property
    def fingerprint(self) -> str:
        """16 hex characters that name this ring to people, and give nothing of its keys away."""
        return _derived(self._index, b"fingerprint").hex()[:16]

    @property
    def kiosk_access(self) -> bytes:
        """The secret that kiosks of this centre present."""
        return self._kiosk_access

    async def take_up(self, blobs: Iterable[bytes]) -> None:
        """Read the folder again where a seal among these is by a version that is not here.

        At most once in ``RELOAD_SECONDS``: a damaged seal must not keep the disk busy. What is
        then still unknown fails to open, as before.
        """
        versions = {version_of(bytes(blob)) for blob in blobs} - {None}
        now = asyncio.get_running_loop().time()
        if versions <= self._data.keys() or self._folder is None:
            return
        if now - self._looked < self.RELOAD_SECONDS:
            return
        self._looked = now
        try:
            fresh = await asyncio.to_thread(KeyRing.open, self._folder)
        except KeyRingError as error:
            _log.error("keys.unreadable", error=error.code)
            return
        if fresh.fingerprint == self.fingerprint:
            self._adopt(fresh)

    def _adopt(self, fresh: KeyRing) -> None:
        for version in sorted(fresh._data.keys() - self._data.keys()):
            root = fresh._data[version]
            self._data[version] = root
            for table, sealer in self._sealers.items():
                sealer.add(version, _derived(root, b"enc", table.encode()))
            _log.info("keys.taken_up", version=version)

    def sealer(self, table: str) -> Sealer:
        """Return the sealer of a table; the same object each time."""
        if table not in self._sealers:
            keys = {v: _derived(root, b"enc", table.encode()) for v, root in self._data.items()}
            self._sealers[table] = Sealer(table, keys, self.current)
        return self._sealers[table]

    def index(self, table: str, name: str) -> BlindIndex:
        """Return the blind index ``name`` of a table."""
        return BlindIndex(_derived(self._index, b"idx", table.encode(), name.encode()))

    def row_mac(self, table: str) -> RowMac:
        """Return what marks the rows of a table that decide whom to trust."""
        return RowMac(_derived(self._index, b"mac", table.encode()))

    def secret(self, name: str) -> bytes:
        """Return 32 bytes that this installation has for one purpose, the same for ever."""
        return _derived(self._index, b"secret", name.encode())

    def number_index(self, table: str) -> BlindIndex:
        """Return the staff-only index over the invoice number alone."""
        return BlindIndex(_derived(self._number, b"idx", table.encode(), b"number"))


def _derived(root: bytes, *purpose: bytes) -> bytes:
    info = framed(b"yanpiao-key-1", *purpose)
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=info).derive(root)


def _wrapped(root: bytes, kind: str, version: int, key: bytes) -> dict[str, Any]:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(root).encrypt(nonce, key, _wrap_aad(kind, version))
    return {"kind": kind, "version": version, "key": sealed.hex()}


def _unwrapped(root: bytes, entry: Mapping[str, Any], folder: Path) -> tuple[str, int, bytes]:
    try:
        kind, version = str(entry["kind"]), int(entry["version"])
        sealed = bytes.fromhex(entry["key"])
        nonce = sealed[:_NONCE_BYTES]
        key = AESGCM(root).decrypt(nonce, sealed[_NONCE_BYTES:], _wrap_aad(kind, version))
    except (KeyError, TypeError, ValueError) as error:
        raise KeyRingError("keys.format", path=str(folder / KeyRing.RING_FILE)) from error
    except InvalidTag as error:
        raise KeyRingError("keys.root", path=str(folder)) from error
    return kind, version, key


def _wrap_aad(kind: str, version: int) -> bytes:
    return framed(b"yanpiao-root-1", kind.encode(), str(version).encode())


def _hex_line(key: bytes) -> bytes:
    return key.hex().encode() + b"\n"


def _ring_bytes(entries: list[dict[str, Any]]) -> bytes:
    return json.dumps({"format": _FORMAT, "keys": entries}, indent=1).encode() + b"\n"


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        ring = json.loads(read_secret(path))
        entries: list[dict[str, Any]] = ring["keys"]
        if ring["format"] != _FORMAT or not isinstance(entries, list):
            raise KeyRingError("keys.format", path=str(path))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise KeyRingError("keys.format", path=str(path)) from error
    return entries


def _hex_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(read_secret(path).decode("ascii").strip())
    except ValueError as error:
        raise KeyRingError("keys.format", path=str(path)) from error
    if len(key) != _KEY_BYTES:
        raise KeyRingError("keys.format", path=str(path))
    return key
