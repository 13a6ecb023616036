"""Who signs this kiosk's slips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk.wire.signing_key import Signer


@dataclass(frozen=True, slots=True)
class SlipIssuer:
    """An enrolled kiosk as the issuer of slips.

    Attributes:
        centre: the centre's short name, as the trust list has it.
        kiosk: the kiosk's id.
        invoice_key: the centre's key of `slip_claims.invoice_hash`.
        signer: holds the kiosk's private key.
    """

    centre: str
    kiosk: str
    invoice_key: bytes
    signer: Signer

    @property
    def name(self) -> str:
        """The issuer as the claims name it."""
        return f"{self.centre}/{self.kiosk}"


IssuerSource = Callable[[], SlipIssuer | None]
"""Asked for each slip, so that a rotation or a fence takes effect at once. None: no key yet."""


def nobody() -> SlipIssuer | None:
    """The source of a kiosk that was never enrolled."""
    return None
