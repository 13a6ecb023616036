"""Moments as people read them: on the centre's wall clock, whatever zone the machine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def to_second(moment: str, zone: ZoneInfo) -> str:
    """A moment in ISO 8601, to the second."""
    return _in(zone, moment, "%Y-%m-%d %H:%M:%S")


def to_minute(moment: str, zone: ZoneInfo) -> str:
    """A moment in ISO 8601, to the minute."""
    return _in(zone, moment, "%Y-%m-%d %H:%M")


def _in(zone: ZoneInfo, moment: str, form: str) -> str:
    # `kiosk read` tells no moments and does without.
    from datetime import datetime

    return datetime.fromisoformat(moment).astimezone(zone).strftime(form)
