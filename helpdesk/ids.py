"""Identifiers, injected: operation ids (UUIDv7, RFC 9562), record tokens, request ids."""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from helpdesk.clock import Clock

__all__ = ["Ids", "SystemIds", "is_uuid7"]

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
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
        value = milliseconds << 80 | secrets.randbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        value = value & ~(0x3 << 62) | 0x2 << 62
        return str(UUID(int=value))

    def token(self) -> str:
        """Return a new 96-bit secret as 20 base32 characters."""
        return base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode().rstrip("=")

    def request_id(self) -> str:
        """Return a short name for one request, for logs and answers."""
        return secrets.token_urlsafe(_REQUEST_BYTES)


def is_uuid7(text: str) -> bool:
    """Tell whether ``text`` is a UUIDv7 in canonical lower case."""
    return _UUID7.fullmatch(text) is not None
