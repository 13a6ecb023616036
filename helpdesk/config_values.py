"""What a configuration value may be. A check returns what was expected, or None when it is fine."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.db.address import parse_address
from helpdesk.db.errors import DatabaseError
from helpdesk.packs.errors import PacksError
from helpdesk.packs.regions import KeyRegions
from helpdesk.wire.errors import WireError
from helpdesk.wire.site import EXAMPLE, LONGEST_HOST, Site

__all__ = [
    "Check",
    "Example",
    "address",
    "at_least",
    "between",
    "database_url",
    "key_regions",
    "networks",
    "not_empty",
    "one_of",
    "public_site",
    "short_name",
    "zone",
]

Check = Callable[[Any], str | None]


class Example(str):
    """One value of many that would do, for the message; any other text names all there are."""

    __slots__ = ()


_LAST_PORT = 65535
_SHORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")


def between(low: float, high: float) -> Check:
    """Accept a number from ``low`` to ``high``, both included."""
    return lambda value: None if low <= value <= high else f"{low}…{high}"


def at_least(low: float) -> Check:
    """Accept a number not below ``low``."""
    return lambda value: None if value >= low else f"≥ {low}"


def not_empty(value: str) -> str | None:
    """Accept any text that says something."""
    return None if value.strip() else "…"


def short_name(value: str) -> str | None:
    """Accept what stands for a centre in signed forms: 1 to 32 of ``A-Z a-z 0-9 _ . -``."""
    return None if _SHORT_NAME.fullmatch(value) else Example("C01")


def zone(value: str) -> str | None:
    """Accept a time zone of the IANA database."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return Example("Asia/Shanghai")
    return None


def address(value: str) -> str | None:
    """Accept ``host:port``; an IPv6 host stands in brackets."""
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    known = bool(host) and (bracketed or ":" not in host)
    good = known and port.isascii() and port.isdigit() and int(port) <= _LAST_PORT
    return None if good else "host:port"


def public_site(value: str) -> str | None:
    """Accept ``https://HOST`` whose host is short enough for the codes, or nothing."""
    try:
        Site.parse(value or EXAMPLE)
    except WireError:
        return Example(f"{EXAMPLE} (host ≤ {LONGEST_HOST})")
    return None


def networks(value: str) -> str | None:
    """Accept addresses or networks with commas between them."""
    try:
        for part in value.split(","):
            if part.strip():
                ip_network(part.strip())
    except ValueError:
        return Example("127.0.0.1, 10.0.0.0/8")
    return None


def database_url(value: str) -> str | None:
    """Accept what the database layer can open."""
    try:
        parse_address(value)
    except DatabaseError:
        return "sqlite://PATH, postgres://user:password@host:port/name"
    return None


def one_of(*choices: str | int) -> Check:
    """Accept one of a few words or numbers."""
    offer = ", ".join(str(choice) for choice in choices)
    return lambda value: None if value in choices else offer


def key_regions(value: str) -> str | None:
    """Accept key regions with the tax regions they hold."""
    try:
        KeyRegions.parse(value)
    except PacksError:
        return Example("north:11,12; south:44")
    return None
