"""Which slices keep rows: slice -> (module of its models, package of its migrations)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MODELS"]

MODELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "foundation": ("helpdesk.db.models", "helpdesk.db.migrations"),
        "kiosks": ("helpdesk.kiosks.models", "helpdesk.kiosks.migrations"),
        "registry": ("helpdesk.registry.models", "helpdesk.registry.migrations"),
        "trust": ("helpdesk.trust.models", "helpdesk.trust.migrations"),
        "verification": ("helpdesk.verification.models", "helpdesk.verification.migrations"),
    }
)
