"""As whom a caller is counted: what limits go by.

Whoever holds the secret that unenrolled kiosks share can call itself anything, so its names are
worth nothing to a limit: all who use it are one caller, and their address is counted besides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from helpdesk.web.client_address import limiting_key
from helpdesk.web.permission import Channel, Standing

if TYPE_CHECKING:
    from helpdesk.web.permission import Principal

__all__ = ["SHARED", "daily_channel", "is_shared", "limiting_keys"]

SHARED: Final = "shared"
"""The one caller that all users of the shared secret are; also their channel of daily limits."""


def is_shared(principal: Principal) -> bool:
    """Whether a kiosk proved no more than that it knows the secret all share."""
    return principal.channel is Channel.KIOSK and principal.standing is Standing.NAMED


def limiting_keys(principal: Principal, address: str) -> tuple[str, ...]:
    """Return all keys that a limit by caller counts ``principal`` at ``address`` by."""
    by_address = f"address {limiting_key(address)}"
    if is_shared(principal):
        return SHARED, by_address
    if principal.channel is Channel.KIOSK:
        return (f"kiosk {principal.name}",)
    return (by_address,)


def daily_channel(principal: Principal) -> str:
    """Return whose daily count of an invoice a check by ``principal`` adds to."""
    return SHARED if is_shared(principal) else principal.channel.value
