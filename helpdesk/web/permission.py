"""Who calls, over which channel, and what each channel may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANONYMOUS", "GRANTS", "Channel", "Permission", "Principal", "Standing"]


class Channel(StrEnum):
    """How a caller reached us; daily limits count apart for each."""

    ANONYMOUS = "anonymous"
    KIOSK = "kiosk"
    OPERATOR = "operator"
    """Whoever holds this installation's own secret: the administrator's tools."""


class Standing(StrEnum):
    """What is known of a kiosk that calls."""

    NAMED = "named"
    """It holds the secret all kiosks share; its name is what it says."""
    ENROLLED = "enrolled"
    """It signed with the key that its name was leased to."""
    SHUT_OUT = "shut_out"
    """It signed so, but was fenced or quarantined: it may only hand in what it has."""


class Permission(StrEnum):
    """What an operation asks of its caller. PUBLIC is a declared permission too."""

    PUBLIC = "public"
    VERIFY = "verify"
    PUSH = "push"
    SYNC = "sync"
    PACKS = "packs"
    EXCEPTIONS = "exceptions"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller, or the unnamed public. ``name`` is a kiosk's prefix or ""."""

    channel: Channel
    name: str = ""
    standing: Standing = Standing.NAMED

    def may(self, permission: Permission) -> bool:
        """Tell whether this caller's channel, as it stands, holds ``permission``."""
        return permission in GRANTS[self.channel, self.standing]


ANONYMOUS = Principal(Channel.ANONYMOUS)

# Checking an invoice without a name is a right the centre grants, at a limited rate.
_ANYBODY = frozenset({Permission.PUBLIC, Permission.VERIFY})
GRANTS: Mapping[tuple[Channel, Standing], frozenset[Permission]] = MappingProxyType(
    {
        (Channel.ANONYMOUS, Standing.NAMED): _ANYBODY,
        (Channel.KIOSK, Standing.NAMED): _ANYBODY | {Permission.PACKS, Permission.RECORDS},
        (Channel.KIOSK, Standing.ENROLLED): _ANYBODY
        | {Permission.PUSH, Permission.SYNC, Permission.PACKS, Permission.RECORDS},
        (Channel.KIOSK, Standing.SHUT_OUT): frozenset({Permission.PUSH}),
        (Channel.OPERATOR, Standing.NAMED): _ANYBODY | {Permission.EXCEPTIONS},
    }
)
