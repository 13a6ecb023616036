"""What the fleet can refuse."""

from __future__ import annotations

from helpdesk.errors import HelpdeskError


class KiosksError(HelpdeskError):
    """A kiosk, code, entry or exception that is not as asked: codes `kiosks.*`."""
