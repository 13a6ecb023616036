"""The server's no to a signed call."""

from __future__ import annotations

from typing import Final

from helpdesk.wire.faults import Fault
from helpdesk.wire.sync import FENCED
from kiosk.errors import KioskError

_UNAUTHORIZED: Final = 401


class RefusalError(KioskError):
    """An answer that is neither a success nor an absence, by the server's own code."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code or "server.status", {"status": str(status)})
        self.status = status

    @property
    def fenced(self) -> bool:
        """The server trusts this kiosk no more."""
        return self.code == FENCED

    @property
    def key_unknown(self) -> bool:
        """The server does not know the key that signed."""
        return self.status == _UNAUTHORIZED and self.code == Fault.SIGNATURE_KEY
