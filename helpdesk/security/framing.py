"""Length-prefixed joining: two different lists of parts never give the same bytes."""

from __future__ import annotations

__all__ = ["framed"]


def framed(*parts: bytes) -> bytes:
    """Join ``parts``, each behind its length in four bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
