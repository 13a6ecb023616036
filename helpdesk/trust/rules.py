"""Decisions about the trust list: its version, its end, and what still has to stand in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.wire.numbered import seconds
from helpdesk.wire.trust_list import LIST_LIFETIME, TrustedKey, TrustList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.wire.trust_list import RevocationPart

KEY_LIFETIME: Final = timedelta(days=366)
"""How long a kiosk may sign with one key."""

ISSUER_LIFETIME: Final = timedelta(days=365)
"""How long the root certifies an issuer."""

SLIP_LIFETIME: Final = timedelta(days=366)
"""The longest that a slip counts: until then its key, or its revocation, must be in the list."""

REFRESH: Final = timedelta(days=1)
"""The age at which a list is issued anew, though nothing has changed."""


def next_version(last: int, now: datetime) -> int:
    """The version after `last`.

    Never below the seconds since 1970: a server restored from a backup has forgotten the lists
    that it issued since, and holders of those would refuse the numbers it would count on with.
    """
    return max(last + 1, seconds(now))


def due(listed_all: bool, issued_at: datetime, now: datetime) -> bool:  # noqa: FBT001 - a fact
    """Whether the present list must be replaced: it lacks a change, or is a day old.

    A list from the future (the clock was set back) is replaced too.
    """
    age = seconds(now) - seconds(issued_at)
    return not listed_all or not 0 <= age < REFRESH.total_seconds()


def list_of(
    version: int,
    now: datetime,
    certified_until: datetime,
    keys: Sequence[TrustedKey],
    parts: Sequence[RevocationPart],
) -> TrustList:
    """The list as of `now`; it ends with its certificate at the latest."""
    return TrustList(
        version=version,
        issued_at=now,
        expires=min(now + LIST_LIFETIME, certified_until),
        keys=tuple(key for key in keys if key.not_after + SLIP_LIFETIME > now),
        revocations=tuple(part for part in parts if _matters(part.month, now)),
    )


def _matters(month: int, now: datetime) -> bool:
    """Whether a slip made in `month` (YYYYMM) may still count."""
    following = month // 100 * 12 + month % 100
    end = datetime(following // 12, following % 12 + 1, 1, tzinfo=UTC)
    return end + SLIP_LIFETIME > now
