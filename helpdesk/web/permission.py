"""Who calls, over which channel, and what each channel may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANONYMOUS", "GRANTS", "Channel", "Permission", "Principal"]


class Channel(StrEnum):
    """How a caller reached us; daily limits count apart for each."""

    ANONYMOUS = "anonymous"
    KIOSK = "kiosk"


class Permission(StrEnum):
    """What an operation asks of its caller. PUBLIC is a declared permission too."""

    PUBLIC = "public"
    VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller, or the unnamed public. ``name`` is a kiosk's prefix or ""."""

    channel: Channel
    name: str = ""

    def may(self, permission: Permission) -> bool:
        """Tell whether this caller's channel holds ``permission``."""
        return permission in GRANTS[self.channel]


ANONYMOUS = Principal(Channel.ANONYMOUS)

# Checking an invoice without a name is a right the centre grants, at a limited rate.
GRANTS: Mapping[Channel, frozenset[Permission]] = MappingProxyType(
    {
        Channel.ANONYMOUS: frozenset({Permission.PUBLIC, Permission.VERIFY}),
        Channel.KIOSK: frozenset({Permission.PUBLIC, Permission.VERIFY}),
    }
)
