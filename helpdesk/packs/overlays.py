"""Builds an overlay: the invoices whose state changed after their segments were built."""

from __future__ import annotations

import io
from itertools import chain
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
    from helpdesk.packs.functions import BatchFunction, Written
    from helpdesk.packs.kernels import Flags, Words
    from helpdesk.packs.records import Records
    from helpdesk.packs.settings import PackSettings
    from helpdesk.packs.store import Store

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
    if registry is not None:
        entries = corrected(entries, registry, shard_keys=shard_keys)
    store = MemoryStore([entries])
    surveyed = survey(store, StatusCode.WITHDRAWN, settings.extract_key)
    begin(out)
    functions = []
    if surveyed.keys:
        functions.append(_write(out, store.alone, OVERLAY_LABEL, shard_keys))
    content = Content(PackKind.OVERLAY, functions, store.shared, surveyed.extract)
    return finish(out, settings, content)


def corrected(
    entries: Records,
    registry: Store,
    *,
    label: int = OVERLAY_LABEL,
    shard_keys: int = SHARD_KEYS,
) -> Records:
    """The entries, and every invoice of the registry that they would be mistaken for.

    Every round makes a new function, with mistakes of its own: registry x 2^-label of them, so
    that a registry of much fewer than 2^label invoices ends in a round or two, and any registry
    when all of it is in the overlay.
    """
    while True:
        found = _mistaken(MemoryStore([entries]), registry, label, shard_keys)
        if len(found) == 0:
            return entries
        entries = np.concatenate([entries, found])


def _write(out: BinaryIO, records: Records, label: int, shard_keys: int) -> Written:
    h = np.ascontiguousarray(records["h"])
    values = _label(h, label) << _SHIFT | records["state"].astype(np.uint64)
    width = label + STATUS_WIDTH
    return write_function(out, SectionKind.OVERLAY, width, len(h), [(h, values)], shard_keys)


def _label(h: Words, bits: int) -> Words:
    return h & np.uint64((1 << bits) - 1)


def _mistaken(store: MemoryStore, registry: Store, label: int, shard_keys: int) -> Records:
    """Invoices of the registry that the overlay would take for one of its own."""
    alone = store.alone
    found = [np.empty(0, RECORD)]
    if len(alone) == 0:
        return found[0]
    out = io.BytesIO()
    function = read_back(out, _write(out, alone, label, shard_keys))
    known = {(int(h), int(h2)) for h, h2 in zip(store.shared["h"], store.shared["h2"], strict=True)}
    for records in chain(registry.pieces(), (registry.shared,)):
        hits = records[_met(function, np.ascontiguousarray(records["h"]), label)]
        hits = hits[~_listed(hits, alone)]
        is_new = [(int(hit["h"]), int(hit["h2"])) not in known for hit in hits]
        found.append(hits[np.array(is_new, np.bool_)])
    mistaken = np.concatenate(found)
    mistaken["body"] = 0
    return mistaken


def _met(function: BatchFunction, h: Words, label: int) -> Flags:
    values = function.get(h)
    met: Flags = (values >> _SHIFT == _label(h, label)) & (values & _CODE <= StatusCode.WITHDRAWN)
    return met


def _listed(hits: Records, alone: Records) -> Flags:
    """Which of the hits are entries themselves: the same `h` and `h2`."""
    at = np.minimum(np.searchsorted(alone["h"], hits["h"]), len(alone) - 1)
    same: Flags = (alone["h"][at] == hits["h"]) & (alone["h2"][at] == hits["h2"])
    return same
