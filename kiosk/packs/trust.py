"""What makes packs readable and believable: the regions' keys, and the server's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoices.pack import PackKey

if TYPE_CHECKING:
    from helpdesk.wire.pack_manifest import Manifest, PackFile
    from helpdesk.wire.signing_key import VerifyingKey
    from kiosk.identity.identity import Identity


@dataclass(frozen=True, slots=True)
class PackTrust:
    """The keys that a kiosk got at its enrolment; they live sealed in its identity."""

    keys: tuple[PackKey, ...]
    signers: tuple[VerifyingKey, ...]

    def readable(self, manifest: Manifest) -> tuple[PackFile, ...]:
        """The files of a list that are for this kiosk: those of the regions it has keys of."""
        regions = {key.region for key in self.keys}
        return tuple(file for file in manifest.files if file.region in regions)


def trust_of(identity: Identity | None) -> PackTrust | None:
    """The keys of an identity; None where there is none, or a fence has destroyed them."""
    if identity is None or identity.secrets is None or not identity.secrets.region_keys:
        return None
    keys = tuple(PackKey(key.region, key.epoch, key.key) for key in identity.secrets.region_keys)
    return PackTrust(keys, (identity.receipt_key,))
