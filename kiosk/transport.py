"""The port to the server: one request out, one answer back, by a deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from kiosk.errors import KioskError

ANSWER_LIMIT = 64 * 1024
"""Bytes of the longest answer worth reading, unless the caller awaits more."""

_NONE: Mapping[str, str] = MappingProxyType({})


class TransportError(KioskError):
    """No answer that can be used.

    Passing, that is perhaps gone a moment later: `server.refused`, `.reset`, `.timeout`, `.busy`,
    `.unsigned`. Else `server.certificate`, `.nonsense`, `.size`, `.closed`. `retry_after`:
    seconds a busy server asked for.
    """

    def __init__(
        self, code: str, *, passing: bool, status: int = 0, retry_after: float = 0.0
    ) -> None:
        super().__init__(code, {"status": str(status)} if status else {})
        self.passing = passing
        self.retry_after = retry_after


class Fields(Mapping[str, str]):
    """Header fields, found in whatever case."""

    def __init__(self, fields: Mapping[str, str] = _NONE) -> None:
        self._fields = {name.lower(): value for name, value in fields.items()}

    def __getitem__(self, name: str) -> str:
        """The value of a field."""
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        """The names, in lower case."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._fields)


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `query` without its question mark, `path` and `query` percent-encoded."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status says."""

    status: int
    headers: Fields
    body: bytes


class Transport(Protocol):
    """A way to one server."""

    @property
    def authority(self) -> str:
        """Host and port as the Host field says them, lower case."""

    async def exchange(self, call: Call, deadline: float, limit: int = ANSWER_LIMIT) -> Reply:
        """The whole answer within `deadline` seconds, at most `limit` bytes of it.

        Raises:
            TransportError: there was none.
        """

    async def reconnect(self) -> None:
        """Drop every connection, so that the next call makes a new one."""
