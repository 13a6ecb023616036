"""What can be wrong with the centre's signing keys."""

from __future__ import annotations

from helpdesk.errors import HelpdeskError


class TrustError(HelpdeskError):
    """Keys that cannot be made, used, certified or revoked."""
