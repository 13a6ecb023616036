"""One invoice as it is asked of several packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoices.pack.keys import halves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoices.pack.keys import Digester


class Question:
    """Canonical bytes of an invoice, digested under each key once and only when needed."""

    __slots__ = ("_bodies", "_digesters", "_identities", "_identity", "_said")

    def __init__(
        self, digesters: Sequence[Digester], identity: bytes, bodies: Sequence[bytes]
    ) -> None:
        self._digesters = digesters
        self._identity = identity
        self._bodies = bodies
        self._identities: dict[int, tuple[int, int]] = {}
        self._said: dict[int, tuple[int, ...]] = {}

    def identity(self, number: int) -> tuple[int, int]:
        """`h` and `h2` under the digester of that number."""
        digests = self._identities.get(number)
        if digests is None:
            digests = halves(self._digesters[number].identity(self._identity))
            self._identities[number] = digests
        return digests

    def bodies(self, number: int) -> tuple[int, ...]:
        """Digest of each body under the digester of that number."""
        digests = self._said.get(number)
        if digests is None:
            body = self._digesters[number].body
            digests = tuple([int.from_bytes(body(said), "little") for said in self._bodies])
            self._said[number] = digests
        return digests
