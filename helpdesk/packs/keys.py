"""The keys of packs, all derived from the key ring: regions' secrets, and who signs the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpdesk.packs.regions import KeyRegions
from helpdesk.security.purposes import RECEIPT
from helpdesk.wire.enrolment import RegionKey
from helpdesk.wire.signing_key import Ed25519Signer
from invoices.pack.keys import Digester, PackKey, Prf

if TYPE_CHECKING:
    from helpdesk.config import PacksSection
    from helpdesk.security import KeyRing

EXTRACT = "pack-extract"
"""The key ring's name of the key by which this server tells extracts apart; it goes nowhere."""


class PackKeys:
    """The secrets of the configured regions in the configured epoch."""

    def __init__(self, ring: KeyRing, section: PacksSection) -> None:
        self._ring = ring
        self._section = section
        self.regions = KeyRegions.parse(section.regions)
        self.signer = Ed25519Signer(ring.secret(RECEIPT))

    def key(self, region: str) -> PackKey:
        """The secret of a region."""
        epoch = self._section.epoch
        return PackKey(region, epoch, self._ring.secret(f"pack-region/{region}/{epoch}"))

    def all(self) -> tuple[PackKey, ...]:
        """The secrets of all regions."""
        return tuple(self.key(name) for name in self.regions.names)

    def digester(self, region: str) -> Digester:
        """What makes the digests of a region's packs."""
        return Digester(self.key(region), Prf[self._section.prf.upper()], self._section.rounds)

    @property
    def extract(self) -> bytes:
        """The key of the hash over a file's records, which no kiosk gets."""
        return self._ring.secret(EXTRACT)

    def region_keys(self) -> tuple[RegionKey, ...]:
        """The secrets as an enrolled kiosk gets them."""
        return tuple(
            RegionKey(region=key.region, epoch=key.epoch, key=key.secret) for key in self.all()
        )
