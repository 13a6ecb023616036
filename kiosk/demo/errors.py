"""What can go wrong while the demo is set up or toured."""

from __future__ import annotations

from kiosk.errors import KioskError


class DemoError(KioskError):
    """A part of the demo did not start, did not answer, or showed something else.

    Codes are `demo.<what>`; params never hold data of a real invoice.
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
