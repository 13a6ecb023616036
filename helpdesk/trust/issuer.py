"""The root, which is offline, and the issuer, which the root certifies for a year.

The root's seed is written to a folder that whoever runs the centre carries away; the server
keeps the issuer's seed, sealed by the key ring, with its certificate and the root's public key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from helpdesk.security.errors import KeyRingError, SealError
from helpdesk.security.key_files import make_folder, read_secret, replace_secret, write_secret
from helpdesk.trust.errors import TrustError
from helpdesk.trust.rules import ISSUER_LIFETIME
from helpdesk.wire.errors import WireError
from helpdesk.wire.numbered import seconds
from helpdesk.wire.signing_key import KEY_BYTES, Algorithm, Ed25519Signer, VerifyingKey
from helpdesk.wire.trust_list import IssuerCertificate, certificate_of, certify

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from helpdesk.security import KeyRing

ROOT_FILE: Final = "root-key"
"""The root's seed in hex, in the folder that is moved away."""
PUBLIC_FILE: Final = "root-key.pub"
ISSUER_FILE: Final = "issuer.json"

_FORMAT: Final = 1
_TABLE: Final = "trust_issuer"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs the trust list, by whose word, and until when."""

    signer: Ed25519Signer
    certificate: bytes
    not_after: datetime
    root: VerifyingKey


def init_root(
    out: Path, folder: Path, ring: KeyRing, now: datetime, random: Callable[[int], bytes]
) -> Issuer:
    """Make a root in `out` and an issuer in the key folder. Neither is ever overwritten.

    Raises:
        TrustError: `trust.root_place` where `out` is, or is in, the server's key folder.
        KeyRingError: `keys.exist`, `keys.folder`.
    """
    if out.resolve().is_relative_to(folder.resolve()):
        raise TrustError("trust.root_place", path=str(out))
    if (folder / ISSUER_FILE).exists():
        raise KeyRingError("keys.exist", path=str(folder / ISSUER_FILE))
    make_folder(out)
    root = Ed25519Signer(seed := random(KEY_BYTES))
    write_secret(out / ROOT_FILE, seed.hex().encode() + b"\n")
    write_secret(out / PUBLIC_FILE, root.key.public.hex().encode() + b"\n")
    write_secret(folder / ISSUER_FILE, _form(ring, root, now, random))
    return read_issuer(folder, ring)


def renew_issuer(
    root_folder: Path, folder: Path, ring: KeyRing, now: datetime, random: Callable[[int], bytes]
) -> Issuer:
    """A new issuer key, certified from now on by the root in `root_folder`.

    Raises:
        TrustError: `trust.other_root` where kiosks already trust another root; `trust.issuer`
            where the file that would tell is damaged.
        KeyRingError: `keys.missing`, `keys.mode`, `keys.format`.
    """
    root = Ed25519Signer(_hex(root_folder / ROOT_FILE))
    path = folder / ISSUER_FILE
    if path.exists() and _known_root(path) != root.key.public:
        raise TrustError("trust.other_root", path=str(root_folder))
    replace_secret(folder / ISSUER_FILE, _form(ring, root, now, random))
    return read_issuer(folder, ring)


def read_issuer(folder: Path, ring: KeyRing) -> Issuer:
    """The issuer of this server. Blocking.

    Raises:
        TrustError: `trust.no_issuer` where no root was ever made, `trust.issuer` for a file that
            is none or belongs to another key ring.
        KeyRingError: `keys.mode`.
    """
    path = folder / ISSUER_FILE
    if not path.exists():
        raise TrustError("trust.no_issuer")
    entries = _entries(path)
    try:
        kid, sealed = str(entries["kid"]), bytes.fromhex(entries["seed"])
        certificate = bytes.fromhex(entries["certificate"])
        root = VerifyingKey(bytes.fromhex(entries["root"]))
        signer = Ed25519Signer(ring.sealer(_TABLE).open(kid, sealed))
        certified = certificate_of(certificate, [root])
    except (KeyError, TypeError, ValueError, SealError, WireError) as error:
        raise TrustError("trust.issuer", path=str(path)) from error
    if certified.public != signer.key.public:
        raise TrustError("trust.issuer", path=str(path))
    return Issuer(signer, certificate, certified.not_after, root)


def _form(
    ring: KeyRing, root: Ed25519Signer, now: datetime, random: Callable[[int], bytes]
) -> bytes:
    seed = random(KEY_BYTES)
    signer = Ed25519Signer(seed)
    certificate = IssuerCertificate(
        public=signer.key.public,
        algorithm=Algorithm.EDDSA,
        not_before=seconds(now),
        not_after=now + ISSUER_LIFETIME,
    )
    kid = signer.key.kid.hex()
    entries = {
        "format": _FORMAT,
        "kid": kid,
        "seed": ring.sealer(_TABLE).seal(kid, seed).hex(),
        "certificate": certify(root, certificate).hex(),
        "root": root.key.public.hex(),
    }
    return json.dumps(entries, indent=1).encode() + b"\n"


def _entries(path: Path) -> dict[str, Any]:
    try:
        entries = json.loads(read_secret(path))
        if isinstance(entries, dict) and entries["format"] == _FORMAT:
            return entries
    except (KeyError, ValueError, RecursionError) as error:
        raise TrustError("trust.issuer", path=str(path)) from error
    raise TrustError("trust.issuer", path=str(path))


def _known_root(path: Path) -> bytes:
    try:
        return bytes.fromhex(_entries(path)["root"])
    except (KeyError, TypeError, ValueError) as error:
        raise TrustError("trust.issuer", path=str(path)) from error


def _hex(path: Path) -> bytes:
    try:
        seed = bytes.fromhex(read_secret(path).decode("ascii").strip())
    except ValueError as error:
        raise KeyRingError("keys.format", path=str(path)) from error
    if len(seed) != KEY_BYTES:
        raise KeyRingError("keys.format", path=str(path))
    return seed
