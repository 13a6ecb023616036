"""What a configured value may be: each check answers with the choice to offer, or `None`."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

Check = Callable[[str | float], str | None]
"""`None` for a good value, else what would be one, for the message."""


class Example(str):
    """One value of many that would do, for the message; any other text names all there are."""

    __slots__ = ()


_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,3}")
_RESERVED = "W"
LANGUAGES = ("zh_CN", "en")


def one_of(*choices: str | int) -> Check:
    """One of a few words or numbers."""
    offer = ", ".join(repr(choice) for choice in choices)
    return lambda value: None if value in choices else offer


def between(low: float, high: float) -> Check:
    """A number from `low` to `high`, both included."""
    return lambda value: (
        None if isinstance(value, int | float) and low <= value <= high else f"{low}..{high}"
    )


def at_least(low: float) -> Check:
    """A number not below `low`."""
    return lambda value: None if isinstance(value, int | float) and value >= low else f">= {low}"


def language(value: str | float) -> str | None:
    """A language that has catalogues."""
    return one_of(*LANGUAGES)(value)


def prefix(value: str | float) -> str | None:
    """A letter and up to three letters or digits; W belongs to the web."""
    good = _PREFIX.fullmatch(str(value)) and value != _RESERVED
    return None if good else Example("A03")


def url(value: str | float) -> str | None:
    """An http or https address with a host and without a user."""
    try:
        parts = urlsplit(str(value))
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    else:
        good = good and "@" not in parts.netloc and not parts.query and not parts.fragment
    return None if good else Example("http://192.168.1.10:8080")


def address(value: str | float) -> str | None:
    """Any text without blanks; whether it fits the kind is the printer's to say."""
    return None if not re.search(r"\s", str(value)) else Example("192.168.1.20:9100")


def zone(value: str | float) -> str | None:
    """A zone name that this machine knows."""
    # Reads zone files: only when a configuration is read.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return Example("Asia/Shanghai")
    return None
