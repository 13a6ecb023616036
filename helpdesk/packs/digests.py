"""Keyed digests of registry rows: the slowest part of a build, so it can use several processes."""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from helpdesk.packs.records import records_of
from invoices.pack.keys import Digester

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from helpdesk.packs.records import Records
    from invoices.pack.keys import PackKey, Prf

Row: TypeAlias = tuple[bytes, bytes, int]
"""Canonical identity, canonical body, status code."""

_BATCH: Final = 1 << 16
_AHEAD: Final = 2


def digest_rows(rows: Sequence[Row], key: PackKey, prf: Prf, rounds: int) -> Records:
    """The records of some rows."""
    digester = Digester(key, prf, rounds)
    identities = b"".join([digester.identity(identity) for identity, _, _ in rows])
    bodies = b"".join([digester.body(body) for _, body, _ in rows])
    return records_of(identities, bodies, (state for _, _, state in rows))


def records_from(rows: Iterable[Row], digester: Digester, *, workers: int = 1) -> Iterator[Records]:
    """Records of all rows in batches, hashed here or in so many worker processes.

    No more than a few batches are under way at a time, so memory stays flat.
    """
    work = partial(digest_rows, key=digester.key, prf=digester.prf, rounds=digester.rounds)
    batches = _batches(rows)
    if workers == 1:
        yield from map(work, batches)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        waiting = deque(pool.submit(work, batch) for batch in islice(batches, workers * _AHEAD))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(work, batch) for batch in islice(batches, 1))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    source = iter(rows)
    while batch := list(islice(source, _BATCH)):
        yield batch
