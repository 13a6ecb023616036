"""What a kiosk would carry without packs: the same question to the best of what there is."""

from __future__ import annotations

import bisect
import sqlite3
from typing import TYPE_CHECKING, Any, Final

import fastconstmap
import lmdb  # type: ignore[import-untyped]  # it ships no types
import numpy as np

from benchmarks.pack.elias_fano import EliasFanoMap
from benchmarks.pack.registry import MISMATCH, NOT_FOUND
from benchmarks.pack.timing import Row, Stopwatch, row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helpdesk.packs.records import Records

GOLDEN: Final = 0x9E3779B97F4A7C15
MASK64: Final = (1 << 64) - 1
CHUNK: Final = 200_000
VALUE: Final = np.dtype([("body", "<u4"), ("state", "u1")])


def key(h: int) -> bytes:
    """16 bytes, as a database needs them to be exact: the digest and a stand-in for its rest."""
    return h.to_bytes(8, "big") + (h * GOLDEN & MASK64).to_bytes(8, "big")


def chunks(records: Records) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Keys in order with 5-byte values."""
    ordered = records[np.argsort(records["h"])]
    for at in range(0, len(ordered), CHUNK):
        part = ordered[at : at + CHUNK]
        keys = [key(h) for h in part["h"].tolist()]
        values = np.empty(len(part), VALUE)
        values["body"], values["state"] = part["body"], part["state"]
        raw = values.tobytes()
        yield keys, [raw[i : i + 5] for i in range(0, len(raw), 5)]


def decoded(value: bytes | None, body: int) -> int:
    if value is None:
        return NOT_FOUND
    return value[4] if int.from_bytes(value[:4], "little") == body else MISMATCH


def sqlite_row(records: Records, folder: Path) -> Row:
    path = folder / "peer.sqlite3"
    with Stopwatch() as watch:
        database = sqlite3.connect(path)
        database.execute("PRAGMA journal_mode = off")
        database.execute("PRAGMA synchronous = off")
        database.execute("CREATE TABLE invoice (k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID")
        for keys, values in chunks(records):
            rows = zip(keys, values, strict=True)
            database.executemany("INSERT INTO invoice VALUES (?, ?)", rows)
        database.commit()
        database.close()
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    database.execute("PRAGMA mmap_size = 8000000000")
    cursor = database.cursor()

    def answer(h: int, body: int) -> int:
        found = cursor.execute("SELECT v FROM invoice WHERE k = ?", (key(h),)).fetchone()
        return decoded(found and found[0], body)

    result = row("SQLite, WITHOUT ROWID", records, path.stat().st_size, watch.seconds, answer)
    database.close()
    path.unlink()
    return result


def lmdb_row(records: Records, folder: Path) -> Row:
    environment = lmdb.open(str(folder / "lmdb"), map_size=1 << 36, sync=False, readahead=False)
    with (
        Stopwatch() as watch,
        environment.begin(write=True) as transaction,
        transaction.cursor() as cursor,
    ):
        for keys, values in chunks(records):
            cursor.putmulti(list(zip(keys, values, strict=True)), append=True)
    used: dict[str, int] = environment.stat()
    pages = used["branch_pages"] + used["leaf_pages"] + used["overflow_pages"]
    reading: Any = environment.begin()

    def answer(h: int, body: int) -> int:
        return decoded(reading.get(key(h)), body)

    result = row("LMDB, appended", records, used["psize"] * pages, watch.seconds, answer)
    reading.abort()
    environment.close()
    return result


def sorted_row(records: Records, _folder: Path) -> Row:
    bits = max(1, int(np.log2(max(len(records), 2) / 16)))
    with Stopwatch() as watch:
        ordered = records[np.argsort(records["h"])]
        known = np.ascontiguousarray(ordered["h"])
        tops = np.arange((1 << bits) + 1, dtype=np.uint64)
        edges = np.searchsorted(known >> np.uint64(64 - bits), tops).astype("<u4")
        keys = memoryview(known.tobytes()).cast("Q")
        starts = memoryview(edges.tobytes()).cast("I")
        bodies = memoryview(ordered["body"].tobytes()).cast("I")
        states = memoryview(ordered["state"].tobytes())
    count = len(known)

    def answer(h: int, body: int) -> int:
        bucket = h >> 64 - bits
        at = bisect.bisect_left(keys, h, starts[bucket], starts[bucket + 1])
        if at == count or keys[at] != h:
            return NOT_FOUND
        return states[at] if bodies[at] == body else MISMATCH

    size = keys.nbytes + starts.nbytes + bodies.nbytes + states.nbytes
    return row("sorted array, index + bisect", records, size, watch.seconds, answer)


def fuse_row(records: Records, folder: Path) -> Row:
    values = ((records["body"].astype(np.uint64) << np.uint64(3)) | records["state"]).tolist()
    keys = [h.to_bytes(8, "big") for h in records["h"].tolist()]
    table: dict[str | bytes, int] = dict(zip(keys, values, strict=True))
    with Stopwatch() as watch:
        built = fastconstmap.PairedVerifiedConstMap(table)
    path = folder / "fuse.bin"
    built.save(str(path))
    del table, values, keys

    def answer(h: int, body: int) -> int:
        value = built.get(h.to_bytes(8, "big"))
        if value is None:
            return NOT_FOUND
        return value & 7 if value >> 3 == body else MISMATCH

    size = path.stat().st_size
    result = row("binary fuse map (fastconstmap)", records, size, watch.seconds, answer)
    path.unlink()
    return result


def elias_fano_row(records: Records, _folder: Path) -> Row:
    with Stopwatch() as watch:
        built = EliasFanoMap(records)
    return row("Elias-Fano, 16-bit rest", records, built.size, watch.seconds, built.answer)


PEERS: Final = (sqlite_row, lmdb_row, sorted_row, fuse_row, elias_fano_row)
