"""The pack's own row, and what only a pack is asked: error laws, small segments, deltas."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.pack.registry import MISMATCH, NOT_FOUND, Question, limit, registry
from benchmarks.pack.timing import Row, Stopwatch, latency, row
from helpdesk.packs.batch_segment import BatchSegment
from helpdesk.packs.digests import records_from
from helpdesk.packs.overlays import build_overlay
from helpdesk.packs.segments import build_segment
from helpdesk.packs.settings import Moments, PackSettings
from helpdesk.packs.store import MemoryStore
from invoices import canonical
from invoices.kinds import Kind
from invoices.pack import Digester, Finding, Miss, PackKey, PackSet, Segment
from invoices.pack.finding import STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpdesk.packs.digests import Row as RegistryRow
    from helpdesk.packs.records import Records

KEY: Final = PackKey("bench", 1, bytes(range(32)))
NOW: Final = datetime(2026, 4, 1, tzinfo=UTC)
DAY: Final = date(2026, 3, 5)
SETTINGS: Final = PackSettings("2026-03", Digester(KEY), Moments(NOW, NOW), extract_key=bytes(32))
_CODES: Final = {Miss.NOT_FOUND: NOT_FOUND, Miss.MISMATCH: MISMATCH} | {
    state: code for code, state in enumerate(STATES)
}


def segment_of(records: Records, settings: PackSettings = SETTINGS) -> bytes:
    out = io.BytesIO()
    build_segment(out, settings, MemoryStore([records]))
    return out.getvalue()


def opened(data: bytes) -> Segment:
    return Segment.open(memoryview(data), [KEY])


def pack_row(records: Records) -> tuple[Row, bytes]:
    """The row in the table of peers, with every member checked."""
    with Stopwatch() as watch:
        data = segment_of(records)
    segment = opened(data)
    codes = _CODES

    def answer(h: int, body: int) -> int:
        return codes[segment.answer(h, 0, (body,))]

    result = row("verification pack (FPK1)", records, len(data), watch.seconds, answer)
    result["wrong_of_all_members"] = BatchSegment(memoryview(data)).wrong(records)
    return result, data


def hashing_row(count: int) -> Row:
    """From canonical bytes of a row to its place in the file, on one core."""
    with Stopwatch() as watch:
        rows = list(synthetic_rows(count))
    formatting = watch.seconds
    with Stopwatch() as watch:
        records = np.concatenate(list(records_from(rows, SETTINGS.digester)))
    hashing = watch.seconds
    with Stopwatch() as watch:
        segment_of(records)
    return {
        "name": "build with hashing",
        "invoices": count,
        "canonical_per_second": round(count / formatting),
        "hash_per_second": round(count / hashing),
        "structure_per_second": round(count / watch.seconds),
        "hash_and_structure_per_second": round(count / (hashing + watch.seconds)),
        "whole_per_second": round(count / (formatting + hashing + watch.seconds)),
    }


def synthetic_rows(count: int) -> Iterator[RegistryRow]:
    for i in range(count):
        number = f"{i * 4999 % 10**8:08d}"
        identity = canonical.identity("011002100311", number)
        value = f"{i * 7919 % 10**6:06d}"
        yield identity, canonical.body(Kind.E_ORDINARY, "011002100311", number, DAY, value), 0


def end_to_end_row(count: int = 20_000) -> Row:
    """Canonical bytes in, finding out: routing, two keyed digests, the functions."""
    rows = list(synthetic_rows(count))
    data = segment_of(np.concatenate(list(records_from(rows, SETTINGS.digester))))
    packs = PackSet([opened(data)])

    def answer(index: int, _: int) -> int:
        identity, body, _ = rows[index]
        return int(packs.answer(identity, (body,), DAY).finding is Finding.MATCH)

    found = latency(answer, [Question(i, 0, 1) for i in range(count)])
    return {
        "name": "accept from canonical bytes",
        "p50_us": found.p50_us,
        "p99_us": found.p99_us,
        "wrong": found.wrong,
    }


def rejection_row(segments: int = 60, each: int = 2_000) -> Row:
    """A stranger's invoice is looked for in every month that a kiosk holds."""
    months = [f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(segments)]
    held = [
        opened(segment_of(registry(each, i), replace(SETTINGS, name=name)))
        for i, name in enumerate(months)
    ]
    packs = PackSet(held)
    body = b"\x01body"

    def answer(index: int, _: int) -> int:
        asked = index.to_bytes(8, "big"), (body,), date(2025, 3, 5)
        return int(packs.answer(*asked).finding is Finding.NOT_FOUND)

    found = latency(answer, [Question(i, 0, 1) for i in range(5_000)])
    return {
        "name": f"reject over {segments} segments",
        "p50_us": found.p50_us,
        "p99_us": found.p99_us,
        "wrong_label": found.wrong,
        "wrong_label_expected": round(5_000 * segments / 2**16, 1),
    }


def law_rows(records: Records) -> list[Row]:
    """False answers at reduced widths, against what the widths promise."""
    rows: list[Row] = []
    chance = np.random.default_rng(11)
    for label, body in ((8, 16), (16, 20)):
        data = segment_of(records, replace(SETTINGS, label=label, body=body))
        batch = BatchSegment(memoryview(data))
        asked = 4 * len(records)
        labelled = altered = invented = 0
        for _ in range(4):
            guesses = chance.integers(0, 2**32, len(records), dtype=np.uint32)
            strangers = chance.integers(0, 2**64, len(records), dtype=np.uint64)
            answers = batch.answer(strangers, guesses)
            labelled += int(np.count_nonzero(answers != NOT_FOUND))
            invented += int(np.count_nonzero(answers >= 0))
            answers = batch.answer(np.ascontiguousarray(records["h"]), guesses)
            altered += int(np.count_nonzero((answers >= 0) & (guesses != records["body"])))
        rows.append(
            {
                "name": f"false answers at f1 = {label}, f2 = {body}",
                "asked": asked,
                "labelled": labelled,
                "labelled_expected": round(asked / 2**label, 1),
                "altered_accepted": altered,
                "altered_expected": round(asked / 2**body, 1),
                "invented_accepted": invented,
                "invented_expected": round(asked / 2 ** (label + body), 2),
            }
        )
    return rows


def small_rows() -> list[Row]:
    """What a segment of a small centre weighs."""
    rows: list[Row] = []
    for count in (100, 1_000, 5_000, 20_000, 100_000, 250_000):
        size = len(segment_of(registry(count)))
        bits = size * 8 / count
        rows.append(
            {
                "name": "small segment",
                "invoices": count,
                "bytes": size,
                "bits_per_invoice": round(bits, 3),
                "ratio_to_limit": round(bits / limit(), 4),
            }
        )
    return rows


def delta_row(records: Records, segment_size: int) -> Row:
    """A day's worth: the new segment, and 0.5 % as many changed states."""
    changes = records[: max(1, len(records) // 200)].copy()
    changes["state"] = 1
    out = io.BytesIO()
    build_overlay(out, replace(SETTINGS, name="ovr-2026-04-01"), changes)
    overlay = len(out.getvalue())
    return {
        "name": "day delta",
        "invoices": len(records),
        "changes": len(changes),
        "segment_bytes": segment_size,
        "overlay_bytes": overlay,
        "overlay_bits_per_change": round(overlay * 8 / len(changes), 2),
        "bytes": segment_size + overlay,
    }
