"""Builds an overlay: the invoices whose state changed after their segments were built."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from helpdesk.packs.functions import read_back, write_function
from helpdesk.packs.pack_file import Content, begin, finish
from helpdesk.packs.records import RECORD
from helpdesk.packs.segments import survey
from helpdesk.packs.shards import SHARD_KEYS
from helpdesk.packs.store import MemoryStore
from invoices.pack.finding import StatusCode
from invoices.pack.header import OVERLAY_LABEL, STATUS_WIDTH, Header, PackKind, SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.packs.functions import BatchFunction, Written
    from helpdesk.packs.kernels import Flags, Words
    from helpdesk.packs.records import Records
    from helpdesk.packs.settings import PackSettings
    from helpdesk.packs.store import Store

_LABEL = np.uint64((1 << OVERLAY_LABEL) - 1)
_SHIFT = np.uint64(STATUS_WIDTH)
_CODE = np.uint64((1 << STATUS_WIDTH) - 1)


def build_overlay(
    out: BinaryIO,
    settings: PackSettings,
    changes: Records,
    *,
    registry: Store | None = None,
    shard_keys: int = SHARD_KEYS,
) -> Header:
    """Write an overlay of changes (their `body` does not matter) to an empty file.

    An overlay mistakes a foreign invoice for one of its own once in 2^32. With the whole registry
    at hand none of its invoices is mistaken: those that would be are added with their own state.

    Raises:
        PacksError: see its codes; `packs.conflict` if an invoice comes with two states.
    """
    settings.check_overlay()
    entries = changes.copy()
    entries["body"] = 0
    store = MemoryStore([entries])
    if registry is not None:
        while len(found := _mistaken(store, registry, shard_keys)):
            entries = np.concatenate([entries, found])
            store = MemoryStore([entries])
    surveyed = survey(store, StatusCode.WITHDRAWN)
    begin(out)
    functions = [_write(out, store, surveyed.keys, shard_keys)] if surveyed.keys else []
    content = Content(PackKind.OVERLAY, functions, store.shared, surveyed.extract)
    return finish(out, settings, content)


def _write(out: BinaryIO, store: MemoryStore, keys: int, shard_keys: int) -> Written:
    width = OVERLAY_LABEL + STATUS_WIDTH
    return write_function(out, SectionKind.OVERLAY, width, keys, _values(store), shard_keys)


def _values(store: MemoryStore) -> Iterator[tuple[Words, Words]]:
    for records in store.pieces():
        h = np.ascontiguousarray(records["h"])
        yield h, (h & _LABEL) << _SHIFT | records["state"].astype(np.uint64)


def _mistaken(store: MemoryStore, registry: Store, shard_keys: int) -> Records:
    """Invoices of the registry that the overlay would take for one of its own."""
    (alone,) = store.pieces()
    found = [np.empty(0, RECORD)]
    if len(alone) == 0:
        return found[0]
    out = io.BytesIO()
    function = read_back(out, _write(out, store, len(alone), shard_keys))
    known = {(int(h), int(h2)) for h, h2 in zip(store.shared["h"], store.shared["h2"], strict=True)}
    for records in (*registry.pieces(), registry.shared):
        hits = records[_met(function, np.ascontiguousarray(records["h"]))]
        hits = hits[~_listed(hits, alone)]
        is_new = [(int(hit["h"]), int(hit["h2"])) not in known for hit in hits]
        found.append(hits[np.array(is_new, np.bool_)])
    mistaken = np.concatenate(found)
    mistaken["body"] = 0
    return mistaken


def _met(function: BatchFunction, h: Words) -> Flags:
    values = function.get(h)
    met: Flags = (values >> _SHIFT == h & _LABEL) & (values & _CODE <= StatusCode.WITHDRAWN)
    return met


def _listed(hits: Records, alone: Records) -> Flags:
    """Which of the hits are entries themselves: the same `h` and `h2`."""
    at = np.minimum(np.searchsorted(alone["h"], hits["h"]), len(alone) - 1)
    same: Flags = (alone["h"][at] == hits["h"]) & (alone["h2"][at] == hits["h2"])
    return same
