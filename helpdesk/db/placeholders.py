"""Statements are written with PostgreSQL's ``$1``; SQLite wants ``?1``."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["for_sqlite"]

_NUMBERED = re.compile(r"\$(\d+)")


@lru_cache(maxsize=1024)
def for_sqlite(sql: str) -> str:
    """Return ``sql`` with ``$n`` as ``?n``. A literal ``$1`` inside a string is not protected."""
    return _NUMBERED.sub(r"?\1", sql)
