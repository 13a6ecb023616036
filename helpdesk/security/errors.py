"""What keys and sealed rows can refuse. Never says more than a code to the outside."""

from __future__ import annotations

from helpdesk.errors import HelpdeskError

__all__ = ["KeyRingError", "SealError"]


class KeyRingError(HelpdeskError):
    """The key ring cannot be made or used: ``keys.*`` codes."""


class SealError(HelpdeskError):
    """A sealed row cannot be opened: ``seal.format``, ``seal.version`` or ``seal.broken``."""
