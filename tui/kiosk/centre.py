"""The service centre that the screens speak for; all that the first paint needs of the ports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Centre:
    """Who runs this kiosk, as configured."""

    name: str
    name_en: str
    hotline: str
    hours: str
    address: str
