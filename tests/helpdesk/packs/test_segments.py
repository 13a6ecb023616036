"""The same invoices give the same bytes, however they come and wherever they wait."""

from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from helpdesk.packs.errors import PacksError
from helpdesk.packs.records import RECORD, Records
from helpdesk.packs.segments import build_segment, survey
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.store import FileStore, MemoryStore, Spool
from invoices.pack import Digester
from invoices.pack.finding import StatusCode
from tests.helpdesk.packs.synthetic import (
    AS_OF,
    EXTRACT_KEY,
    KEY,
    moments,
    registry,
    segment_bytes,
    settings,
)


def with_twins(count: int) -> Records:
    records = registry(count)
    records["h"][1:3] = records["h"][0]
    records["h"][-1] = records["h"][-2]
    return records


def test_order_and_repeats_do_not_matter() -> None:
    records = with_twins(3_000)
    again = np.random.default_rng(1).permutation(np.concatenate([records, records[:50]]))
    assert segment_bytes(again) == segment_bytes(records)


@pytest.mark.parametrize("bits", [0, 1, 5])
@pytest.mark.parametrize("shard_keys", [100, 1 << 20])
def test_partitions_on_disk_give_the_same_bytes(tmp_path: Path, bits: int, shard_keys: int) -> None:
    records = with_twins(4_000)
    expected = segment_bytes(records, shard_keys=shard_keys)
    chunks = (records[at : at + 171] for at in range(0, len(records), 171))
    store = FileStore(chunks, tmp_path, bits)
    path = tmp_path / "2026-03.fpk"
    with path.open("w+b") as out:
        build_segment(out, settings(), store, workspace=tmp_path, shard_keys=shard_keys)
    assert path.read_bytes() == expected
    store.close()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_one_partition_is_in_memory_at_a_time(tmp_path: Path) -> None:
    records = registry(100_000)
    chunks = (records[at : at + 1_000] for at in range(0, len(records), 1_000))
    tracemalloc.start()
    store = FileStore(chunks, tmp_path, 6)
    found = survey(store, StatusCode.RED_FULL, EXTRACT_KEY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.close()
    assert found.keys == 100_000
    assert peak < records.nbytes / 4


def test_what_is_put_aside_comes_back(tmp_path: Path) -> None:
    records = registry(1_000)
    spool = Spool(tmp_path)
    for at in range(0, 1_000, 300):
        spool.append(records[at : at + 300])
    assert np.concatenate(list(spool.pieces())).tobytes() == records.tobytes()
    assert spool.count == 1_000
    spool.close()


def refusal(records: Records, asked: PackSettings | None = None) -> str:
    with pytest.raises(PacksError) as caught:
        segment_bytes(records, asked)
    return caught.value.code


def test_one_invoice_with_two_contents_is_refused() -> None:
    records = registry(10)
    other = records[:1].copy()
    other["body"] ^= 1
    assert refusal(np.concatenate([records, other])) == "packs.conflict"
    other = records[:1].copy()
    other["state"] = 3 - other["state"]
    assert refusal(np.concatenate([records, other])) == "packs.conflict"


def test_a_status_that_a_segment_cannot_hold_is_refused() -> None:
    records = registry(10)
    records["state"][3] = 5
    assert refusal(records) == "packs.state"
    records["h"][2] = records["h"][3]
    assert refusal(records) == "packs.state"


@pytest.mark.parametrize(
    "asked",
    [
        settings("ovr-2026-11-24"),
        settings("2026-3"),
        settings(label=17),
        settings(body=30),
        replace(settings(), moments=Moments(AS_OF, AS_OF + timedelta(seconds=1))),
        replace(settings(), moments=moments(since=AS_OF + timedelta(seconds=1))),
        replace(settings(), digester=Digester(KEY, rounds=100_001)),
    ],
)
def test_settings_that_the_format_lacks_are_refused(asked: PackSettings) -> None:
    assert refusal(registry(3), asked) == "packs.settings"


def test_the_extract_hash_knows_every_record() -> None:
    records = with_twins(50)
    hashes = set()
    for change in ("nothing", "body", "state"):
        changed = records.copy()
        if change != "nothing":
            changed[change][0] ^= 1
        out = io.BytesIO()
        hashes.add(build_segment(out, settings(), MemoryStore([changed])).extract)
    other = replace(settings(), extract_key=bytes(32))
    hashes.add(build_segment(io.BytesIO(), other, MemoryStore([records])).extract)
    assert len(hashes) == 4


def test_nothing_at_all_is_a_segment_too() -> None:
    assert len(segment_bytes(np.empty(0, RECORD))) == 256 + 32
