"""Invented registries for the tests of packs: seeded digests, and files built of them."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from helpdesk.packs.overlays import build_overlay
from helpdesk.packs.records import RECORD, Records
from helpdesk.packs.segments import build_segment
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.shards import SHARD_KEYS
from helpdesk.packs.store import MemoryStore
from invoices.pack import Digester, PackKey

if TYPE_CHECKING:
    from helpdesk.packs.store import Store

EXTRACT_KEY = bytes(range(100, 132))
KEY = PackKey("main", 7, bytes(range(32)))
AS_OF = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MIX = (0.90, 0.02, 0.04, 0.02, 0.02)


def registry(count: int, seed: int = 1, mix: tuple[float, ...] = MIX) -> Records:
    """Invoices with random digests and states in these shares."""
    chance = np.random.default_rng((count, seed))
    records = np.empty(count, RECORD)
    records["h"] = chance.integers(0, 2**64, count, dtype=np.uint64)
    records["h2"] = chance.integers(0, 2**64, count, dtype=np.uint64)
    records["body"] = chance.integers(0, 2**32, count, dtype=np.uint32)
    records["state"] = chance.choice(len(mix), count, p=mix)
    return records


def moments(as_of: datetime = AS_OF, since: datetime | None = None) -> Moments:
    return Moments(as_of, as_of, since)


def settings(
    name: str = "2026-03", *, label: int = 16, body: int = 32, key: PackKey = KEY
) -> PackSettings:
    return PackSettings(name, Digester(key), moments(), label, body, extract_key=EXTRACT_KEY)


def segment_bytes(
    records: Records | Store, asked: PackSettings | None = None, shard_keys: int = SHARD_KEYS
) -> bytes:
    store = MemoryStore([records]) if isinstance(records, np.ndarray) else records
    out = io.BytesIO()
    build_segment(out, asked or settings(), store, shard_keys=shard_keys)
    return out.getvalue()


def overlay_bytes(
    changes: Records,
    asked: PackSettings | None = None,
    registry: Store | None = None,
    shard_keys: int = SHARD_KEYS,
) -> bytes:
    out = io.BytesIO()
    asked = asked or settings("ovr-2026-11-24")
    build_overlay(out, asked, changes, registry=registry, shard_keys=shard_keys)
    return out.getvalue()


def resealed(data: bytes) -> bytes:
    """The same file with a checksum that fits."""
    return data[:-32] + hashlib.sha256(data[:-32]).digest()
