"""The offline verification pack, read from memory: what `docs/pack-format.md` specifies."""

from __future__ import annotations

from invoices.pack.errors import PackError, PackFault
from invoices.pack.finding import Finding, Miss, PackAnswer
from invoices.pack.keys import Digester, PackKey, Prf
from invoices.pack.overlay import Overlay
from invoices.pack.pack_set import PackSet
from invoices.pack.segment import Segment

__all__ = [
    "Digester",
    "Finding",
    "Miss",
    "Overlay",
    "PackAnswer",
    "PackError",
    "PackFault",
    "PackKey",
    "PackSet",
    "Prf",
    "Segment",
]
