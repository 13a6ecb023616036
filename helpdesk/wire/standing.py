"""How a kiosk stands with its server."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """`active`, or not trusted any more: its entries are still taken and kept for a person.

    `fenced` by an administrator (lost, stolen): wipe the keys. `quarantined` by the server,
    which has seen two journals where there was one (a cloned disk).
    """

    ACTIVE = "active"
    FENCED = "fenced"
    QUARANTINED = "quarantined"
