"""Whose address counts: the peer's, unless a proxy we trust says for whom it speaks."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

__all__ = ["LOCAL", "client_address", "is_proxy", "limiting_key"]

LOCAL = "local"
"""The address of a peer on a Unix socket."""

_HOST_BITS = 64


def client_address(
    peer: str | None, forwarded: str | None, trusted: Sequence[IPv4Network | IPv6Network]
) -> str:
    """Return the address of the caller.

    ``forwarded`` is X-Forwarded-For, read from the right: each proxy appends the address it
    saw, so the first one that is not a trusted proxy is the caller. What stands left of it
    is hearsay. A peer on a Unix socket is trusted: only a proxy on this machine reaches it.
    """
    current = _plain(peer or LOCAL)
    if not trusted:
        return current
    for hop in reversed((forwarded or "").split(",")):
        if not _trusted(current, trusted):
            return current
        address = _parsed(hop.strip())
        if address is None:
            return current
        current = address
    return current


def is_proxy(peer: str, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Return whether a peer speaks for many callers: then it is not counted as one."""
    try:
        return _trusted(_plain(peer), trusted)
    except ValueError:
        return False


def limiting_key(address: str) -> str:
    """Return what a limit counts by: an IPv6 customer holds a whole /64, so that counts as one."""
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return f"{IPv6Address(int(parsed) >> _HOST_BITS << _HOST_BITS)}/64"
    return address


def _trusted(address: str, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    if address == LOCAL:
        return True
    parsed = ip_address(address.partition("%")[0])
    return any(parsed in network for network in trusted)


def _parsed(text: str) -> str | None:
    try:
        ip_address(text)
    except ValueError:
        return None
    return _plain(text)


def _plain(address: str) -> str:
    """An IPv4 caller as such: a socket that listens on both families writes ``::ffff:a.b.c.d``."""
    if ":" not in address:
        return address
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)
