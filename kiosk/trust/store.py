"""The trust list this kiosk holds, in one file beside the database.

A file of its own, so that `kiosk slip check` can read it while a kiosk is running, and a stick
can bring a newer list to a kiosk without a network. What comes in is verified first and kept
then; a list that fails any check leaves the one that is held.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from helpdesk.wire import trust_list
from helpdesk.wire.errors import WireError
from helpdesk.wire.faults import Fault
from helpdesk.wire.revocation import Revocations
from helpdesk.wire.signing_key import VerifyingKey
from helpdesk.wire.trust_file import TrustFile
from kiosk.errors import KioskError
from kiosk.key_file import read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from helpdesk.wire.trust_list import Bundle, Held, TrustList

logger = logging.getLogger(__name__)

FILE: Final = "trust.json"
_FORMAT: Final = 1


class TrustStoreError(KioskError):
    """`trust.store`: the file cannot be read or written; `trust.no_root`: no root is pinned.

    `trust.file`: a file that was to be taken cannot be read.
    """


@dataclass(frozen=True, slots=True)
class TrustHeld:
    """The list in force here, with the revoked documents it names as far as they are here."""

    trust_list: TrustList
    revocations: Revocations
    held: Held


@dataclass(frozen=True, slots=True)
class _Kept:
    """The file's content: pinned roots, and what was accepted under them."""

    roots: tuple[bytes, ...] = ()
    given: TrustFile | None = None


class TrustStore:
    """The file. Every call reads it anew and blocks: in a running kiosk, from a thread.

    Changes of several threads take turns; of processes, only the folder's owner makes any.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._turn = threading.Lock()
        self.latest: datetime | None = None
        """When the newest list was issued that was accepted or read here; UTC."""

    def pin(self, roots: Iterable[bytes]) -> None:
        """Trust these roots from now on; a list accepted under others is dropped.

        Raises:
            TrustStoreError: `trust.store`, it cannot be written.
        """
        wanted = tuple(roots)
        with self._turn:
            try:
                if self._read().roots == wanted:
                    return
            except TrustStoreError:
                # A root pinned anew is the way out of a file that cannot be read.
                logger.warning("the trust list cannot be read; it begins anew")
            self._write(_Kept(wanted))

    def accept(self, bundle: bytes, parts: Sequence[bytes], now: datetime) -> TrustHeld:
        """Verify, then keep. Parts that are held already need not come again.

        Raises:
            WireError: `trust.*`, `revocation.*`, `cbor.*`: what is held stays.
            TrustStoreError: `trust.no_root`, `trust.store`.
        """
        with self._turn:
            return self._accept(bundle, parts, now)

    def _accept(self, bundle: bytes, parts: Sequence[bytes], now: datetime) -> TrustHeld:
        kept = self._read()
        if not kept.roots:
            raise TrustStoreError("trust.no_root")
        before = _proved(kept)
        held = None if before is None else before.held
        found = trust_list.accept(bundle, _keys(kept.roots), now, held)
        earlier = () if kept.given is None else kept.given.parts
        given = TrustFile(bundle=bundle, parts=_named(found, parts, earlier))
        after = self._noted(_held(found, given.parts))
        if given != kept.given:
            self._write(_Kept(kept.roots, given))
        return after

    def held(self) -> TrustHeld | None:
        """The list in force, whatever its age; None where there is none yet.

        Raises:
            TrustStoreError: `trust.store`.
        """
        try:
            kept = self._read()
            found = _proved(kept)
            parts = () if kept.given is None else kept.given.parts
            return None if found is None else self._noted(_held(found, parts))
        except WireError as error:
            raise TrustStoreError("trust.store", {"file": str(self._path)}) from error

    @property
    def version(self) -> int:
        """The version held, 0 for none. Raises `TrustStoreError`."""
        held = self.held()
        return 0 if held is None else held.held.version

    def _noted(self, held: TrustHeld) -> TrustHeld:
        issued_at = held.trust_list.issued_at
        self.latest = max(self.latest or issued_at, issued_at)
        return held

    def _read(self) -> _Kept:
        if not self._path.exists():
            return _Kept()
        try:
            return _kept(json.loads(read_private(self._path)))
        except (KeyError, TypeError, ValueError, RecursionError, WireError) as error:
            raise TrustStoreError("trust.store", {"file": str(self._path)}) from error

    def _write(self, kept: _Kept) -> None:
        form = {
            "format": _FORMAT,
            "roots": [root.hex() for root in kept.roots],
            "trust": None if kept.given is None else kept.given.model_dump(mode="json"),
        }
        try:
            write_private(self._path, json.dumps(form).encode())
        except OSError as error:
            raise TrustStoreError("trust.store", {"file": str(self._path)}) from error


def _kept(form: Any) -> _Kept:
    if form["format"] != _FORMAT:
        raise ValueError(form["format"])
    given = form["trust"]
    roots = tuple(bytes.fromhex(root) for root in form["roots"])
    return _Kept(roots, None if given is None else TrustFile.read(json.dumps(given).encode()))


def _keys(roots: Iterable[bytes]) -> list[VerifyingKey]:
    return [VerifyingKey(root) for root in roots]


def _proved(kept: _Kept) -> Bundle | None:
    """What is held, proved anew by its signatures: a file can be damaged."""
    return None if kept.given is None else trust_list.read(kept.given.bundle, _keys(kept.roots))


def _held(bundle: Bundle, parts: Sequence[bytes]) -> TrustHeld:
    by_digest = {hashlib.sha256(part).digest(): part for part in parts}
    told = bundle.trust_list
    named = {
        (entry.kid, entry.month): by_digest[entry.digest]
        for entry in told.revocations
        if entry.digest in by_digest
    }
    return TrustHeld(told, Revocations(told, named), bundle.held)


def _named(bundle: Bundle, fresh: Sequence[bytes], earlier: Sequence[bytes]) -> tuple[bytes, ...]:
    """The parts that the list names. Raises `WireError` for a fresh one that it does not."""
    wanted = {entry.digest for entry in bundle.trust_list.revocations}
    parts = {hashlib.sha256(part).digest(): part for part in fresh}
    if not parts.keys() <= wanted:
        raise WireError(Fault.REVOCATION_DIGEST)
    parts |= {hashlib.sha256(part).digest(): part for part in earlier}
    return tuple(part for digest, part in parts.items() if digest in wanted)
