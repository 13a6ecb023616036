"""The server's own keys towards kiosks, all derived from the key ring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpdesk.security.purposes import RECEIPT
from helpdesk.wire import sealed_box
from helpdesk.wire.enrolment import ServerKeys
from helpdesk.wire.signing_key import Ed25519Signer

if TYPE_CHECKING:
    from helpdesk.security import KeyRing


class ServerSecrets:
    """Derived once, kept in memory."""

    def __init__(self, ring: KeyRing) -> None:
        self.receipt = Ed25519Signer(ring.secret(RECEIPT))
        """Countersigns journals and signs answers."""
        self.sealing = ring.secret("sealing")
        """Opens what kiosks seal to the server (X25519)."""
        self.challenge = ring.secret("challenge")

    def keys(self, root: bytes | None) -> ServerKeys:
        """The public halves, which a kiosk pins; `root` is the trust list's."""
        return ServerKeys(
            receipt=self.receipt.key.public,
            sealing=sealed_box.public_of(self.sealing),
            root=root,
        )
