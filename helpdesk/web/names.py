"""Names that kiosks without enrolment give themselves, as the web sees them."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Names"]


class Names(Protocol):
    """Knows which names belong to others."""

    async def check(self, name: str) -> None:
        """Take it that a kiosk calls itself ``name`` by the secret that all kiosks share.

        Raises:
            RequestError: 403 where the name is an enrolled kiosk's.
        """
        ...
