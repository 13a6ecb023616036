"""What a configuration value may be. A check returns what was expected, or None when it is fine."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.db.address import parse_address
from helpdesk.db.errors import DatabaseError

__all__ = [
    "Check",
    "address",
    "at_least",
    "between",
    "database_url",
    "networks",
    "not_empty",
    "zone",
]

Check = Callable[[Any], str | None]

_LAST_PORT = 65535


def between(low: float, high: float) -> Check:
    """Accept a number from ``low`` to ``high``, both included."""
    return lambda value: None if low <= value <= high else f"{low}…{high}"


def at_least(low: float) -> Check:
    """Accept a number not below ``low``."""
    return lambda value: None if value >= low else f"≥ {low}"


def not_empty(value: str) -> str | None:
    """Accept any text that says something."""
    return None if value.strip() else "…"


def zone(value: str) -> str | None:
    """Accept a time zone of the IANA database."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return "Asia/Shanghai"
    return None


def address(value: str) -> str | None:
    """Accept ``host:port``; an IPv6 host stands in brackets."""
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    known = bool(host) and (bracketed or ":" not in host)
    good = known and port.isascii() and port.isdigit() and int(port) <= _LAST_PORT
    return None if good else "host:port"


def networks(value: str) -> str | None:
    """Accept addresses or networks with commas between them."""
    try:
        for part in value.split(","):
            if part.strip():
                ip_network(part.strip())
    except ValueError:
        return "127.0.0.1, 10.0.0.0/8"
    return None


def database_url(value: str) -> str | None:
    """Accept what the database layer can open."""
    try:
        parse_address(value)
    except DatabaseError:
        return "sqlite://PATH, postgres://user:password@host:port/name"
    return None
