"""Moments as the rows keep them: milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC, rounded down."""
    return (moment - _EPOCH) // _MS


def moment_of(ms: int) -> datetime:
    """The moment (UTC) of such a number."""
    return _EPOCH + ms * _MS
