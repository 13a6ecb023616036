"""The signed list of packs, at the size that a large installation makes it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from helpdesk.wire import pack_manifest
from helpdesk.wire.pack_manifest import LENGTH, Manifest, PackFile
from helpdesk.wire.signing_key import Ed25519Signer
from invoices.regions import REGIONS

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SIGNER = Ed25519Signer(b"\x07" * 32)
MONTHS = 128
"""As many files a region as five years of months, open days and overlays are."""


def file(number: int, region: str) -> PackFile:
    digest = hashlib.sha256(f"{region}/{number}".encode()).digest()
    return PackFile(
        pack=f"{2016 + number // 12}-{number % 12 + 1:02d}",
        region=region,
        epoch=1,
        length=1000,
        digest=digest,
        chunks=hashlib.sha256(digest).digest(),
        as_of=NOW,
    )


def test_a_list_has_room_for_a_key_of_every_tax_region() -> None:
    files = tuple(file(number, f"r{region}") for region in REGIONS for number in range(MONTHS))
    manifest = Manifest(
        version=1, issued_at=NOW, expires=NOW + timedelta(hours=36), as_of=NOW, files=files
    )
    data = pack_manifest.sign(SIGNER, manifest)
    assert len(data) < LENGTH / 4
    assert pack_manifest.read(data, [SIGNER.key]).manifest == manifest
