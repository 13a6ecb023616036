"""Keys, sealed rows and blind indexes."""

from __future__ import annotations

from helpdesk.security.blind_index import BlindIndex
from helpdesk.security.errors import KeyRingError, SealError
from helpdesk.security.key_ring import KeyRing
from helpdesk.security.sealer import RowId, Sealer

__all__ = ["BlindIndex", "KeyRing", "KeyRingError", "RowId", "SealError", "Sealer"]
