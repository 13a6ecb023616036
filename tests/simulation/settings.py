"""What a run is made with: which rule is broken, if one is, and how the server is configured."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from helpdesk.config import (
    CentreSection,
    Config,
    DatabaseSection,
    HelpdeskSection,
    PacksSection,
    SecuritySection,
)
from helpdesk.kiosks.policy import Policy as ServerPolicy
from helpdesk.security import KeyRing
from helpdesk.texts import Texts, load_texts
from kiosk.policy import Policy as KioskPolicy

CONFIG = Config(
    folder=Path("/nonexistent"),
    centre=CentreSection(),
    helpdesk=HelpdeskSection(requests_per_minute=0, kiosk_requests_per_minute=0, disk_floor=0),
    database=DatabaseSection(url="sqlite://helpdesk.db"),
    security=SecuritySection(guesses_per_minute=0, shared_access=False),
    packs=PacksSection(build=False),
)
RING = KeyRing({1: b"data" * 8}, b"indx" * 8, b"numb" * 8, b"accs" * 8)


@dataclass(frozen=True)
class Rules:
    """The product's own policies; `pragmas` are the kiosk database's settings beyond its own."""

    kiosk: KioskPolicy = field(default_factory=KioskPolicy)
    server: ServerPolicy = field(default_factory=ServerPolicy)
    pragmas: tuple[str, ...] = ()


@cache
def texts() -> Texts:
    """The server's sentences, read once a process."""
    return load_texts()
