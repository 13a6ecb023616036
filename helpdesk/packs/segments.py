"""Builds a segment: MAIN holds all invoices, EXC those not normal, STATUS what EXC lets through."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from helpdesk.packs.errors import PacksError
from helpdesk.packs.functions import read_back, write_function
from helpdesk.packs.pack_file import Content, begin, finish
from helpdesk.packs.shards import SHARD_KEYS
from helpdesk.packs.store import Spool
from invoices.pack.finding import StatusCode
from invoices.pack.header import EXC_WIDTH, STATUS_WIDTH, Header, PackKind, SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helpdesk.packs.functions import Written
    from helpdesk.packs.kernels import Words
    from helpdesk.packs.records import Records
    from helpdesk.packs.settings import PackSettings
    from helpdesk.packs.store import Store

_EXC_SHIFT = np.uint64(16)
_EXC_MASK = np.uint64((1 << EXC_WIDTH) - 1)


@dataclass(frozen=True, slots=True)
class Survey:
    """What one reading of the records tells: counts, and the keyed hash of all."""

    keys: int
    exceptions: int
    extract: bytes


def survey(store: Store, highest: StatusCode, extract_key: bytes) -> Survey:
    """Read all records once. Raises `PacksError` `packs.state` for a status code above `highest`.

    The hash is HMAC-SHA-256 over the records in order, then over those that share a digest: the
    same for the same invoices, however they came and however they were cut. Without a key it would
    confirm any guess about the one unknown invoice of a small file, whatever the widths.
    """
    digest = hmac.new(extract_key, digestmod="sha256")
    keys = exceptions = 0
    for records in chain(store.pieces(), (store.shared,)):
        if len(records) and records["state"].max() > highest:
            raise PacksError("packs.state")
        digest.update(records.tobytes())
        keys += len(records)
        exceptions += int(np.count_nonzero(records["state"]))
    shared = store.shared
    return Survey(
        keys=keys - len(shared),
        exceptions=exceptions - int(np.count_nonzero(shared["state"])),
        extract=digest.digest(),
    )


def build_segment(
    out: BinaryIO,
    settings: PackSettings,
    store: Store,
    *,
    workspace: Path | None = None,
    shard_keys: int = SHARD_KEYS,
) -> Header:
    """Write a segment to an empty file that can be read and written anywhere.

    The same records, settings and shard size give the same bytes. What is put aside goes to
    `workspace` if given, else it stays in memory.

    Raises:
        PacksError: see its codes.
    """
    settings.check_segment()
    found = survey(store, StatusCode.RED_FULL, settings.extract_key)
    begin(out)
    functions = []
    if found.keys:
        width = settings.label + settings.body
        values = _main_values(store, settings)
        functions.append(
            write_function(out, SectionKind.MAIN, width, found.keys, values, shard_keys)
        )
    if found.exceptions:
        functions += _write_status(out, store, found.exceptions, workspace, shard_keys)
    content = Content(PackKind.SEGMENT, functions, store.shared, found.extract)
    return finish(out, settings, content)


def _main_values(store: Store, settings: PackSettings) -> Iterator[tuple[Words, Words]]:
    label = np.uint64((1 << settings.label) - 1)
    body = np.uint64((1 << settings.body) - 1)
    for records in store.pieces():
        h = np.ascontiguousarray(records["h"])
        stored = records["body"].astype(np.uint64) & body
        yield h, (h & label) << np.uint64(settings.body) | stored


def _labels(h: Words) -> Words:
    """The bits of a digest that EXC keeps."""
    return h >> _EXC_SHIFT & _EXC_MASK


def _write_status(
    out: BinaryIO, store: Store, exceptions: int, workspace: Path | None, shard_keys: int
) -> tuple[Written, Written]:
    """EXC over the exceptions, then STATUS over every record whose digest EXC lets through."""
    marked = (_marked(records) for records in store.pieces())
    exc = write_function(out, SectionKind.EXC, EXC_WIDTH, exceptions, marked, shard_keys)
    lets_through = read_back(out, exc)
    spool = Spool(workspace)
    try:
        for records in store.pieces():
            h = np.ascontiguousarray(records["h"])
            spool.append(records[lets_through.get(h) == _labels(h)])
        states = (_states(records) for records in spool.pieces())
        kind = SectionKind.STATUS
        status = write_function(out, kind, STATUS_WIDTH, spool.count, states, shard_keys)
    finally:
        spool.close()
    return exc, status


def _marked(records: Records) -> tuple[Words, Words]:
    h = records["h"][records["state"] != 0]
    return h, _labels(h)


def _states(records: Records) -> tuple[Words, Words]:
    return np.ascontiguousarray(records["h"]), records["state"].astype(np.uint64)
