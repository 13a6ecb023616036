"""Decisions about the trust list: its version, its end, and what still has to stand in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from helpdesk.wire.numbered import seconds
from helpdesk.wire.trust_list import LIST_LIFETIME, RevokedHolder, TrustedKey, TrustList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpdesk.wire.trust_list import RevocationPart

KEY_LIFETIME: Final = timedelta(days=366)
"""How long a kiosk may sign with one key."""

ISSUER_LIFETIME: Final = timedelta(days=365)
"""How long the root certifies an issuer."""

SLIP_LIFETIME: Final = timedelta(days=366)
"""The longest that a slip counts: until then its key, or its revocation, must be in the list."""

KEYS_A_HOLDER: Final = 16
"""Keys of one holder in the list, the newest: more than a kiosk may have in `SLIP_LIFETIME`."""

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
    """The list as of `now`; it ends with its certificate at the latest.

    A holder whose keys are all revoked (a fenced kiosk) is one entry, without its keys.
    """
    listed, revoked = [], []
    for (centre, holder), own in sorted(_by_holder(keys).items()):
        moments = [key.revoked_at for key in own if key.revoked_at is not None]
        if len(moments) < len(own):
            listed += [key for key in own if key.not_after + SLIP_LIFETIME > now][-KEYS_A_HOLDER:]
        elif max(moments) + SLIP_LIFETIME > now:
            revoked.append(RevokedHolder(centre=centre, holder=holder, revoked_at=max(moments)))
    return TrustList(
        version=version,
        issued_at=now,
        expires=min(now + LIST_LIFETIME, certified_until),
        keys=tuple(listed),
        revoked_holders=tuple(revoked),
        revocations=tuple(part for part in parts if _matters(part.month, now)),
    )


def _by_holder(keys: Sequence[TrustedKey]) -> dict[tuple[str, str], list[TrustedKey]]:
    """The keys of each holder, by `(centre, holder)`, the newest last."""
    found: dict[tuple[str, str], list[TrustedKey]] = {}
    for key in sorted(keys, key=lambda key: (key.not_before, key.public)):
        found.setdefault((key.centre, key.holder), []).append(key)
    return found


def _matters(month: int, now: datetime) -> bool:
    """Whether a slip made in `month` (YYYYMM) may still count."""
    following = month // 100 * 12 + month % 100
    end = datetime(following // 12, following % 12 + 1, 1, tzinfo=UTC)
    return end + SLIP_LIFETIME > now
