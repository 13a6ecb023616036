"""Identifiers, injected: operation ids (UUIDv7), record tokens, request ids."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING, Protocol

from helpdesk.wire import op_id

if TYPE_CHECKING:
    from helpdesk.clock import Clock

__all__ = ["Ids", "SystemIds"]

_TOKEN_BYTES = 12  # 96 bits
_REQUEST_BYTES = 9


class Ids(Protocol):
    """Where identifiers come from."""

    def op_id(self) -> str:
        """Return a new UUIDv7 in lower case."""
        ...

    def token(self) -> str:
        """Return a new 96-bit secret as 20 base32 characters."""
        ...

    def request_id(self) -> str:
        """Return a short name for one request, for logs and answers."""
        ...


class SystemIds:
    """Identifiers from the operating system's randomness and a clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def op_id(self) -> str:
        """Return a new UUIDv7 in lower case."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        return op_id.make(milliseconds, secrets.token_bytes(op_id.RANDOM_BYTES))

    def token(self) -> str:
        """Return a new 96-bit secret as 20 base32 characters."""
        return base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode().rstrip("=")

    def request_id(self) -> str:
        """Return a short name for one request, for logs and answers."""
        return secrets.token_urlsafe(_REQUEST_BYTES)
