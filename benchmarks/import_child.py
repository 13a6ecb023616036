"""One import into a fresh database, in a process of its own so that its memory can be told.

`python -m benchmarks.import_child FILE DATABASE KEYS` prints what it took as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop

from benchmarks.peak_memory import peak_mib
from benchmarks.scene import today
from helpdesk.db import database_of, migrate
from helpdesk.registry.importing import Importer, Summary
from helpdesk.registry.store import RegistryStore
from helpdesk.registry.totals import Totals
from helpdesk.security import KeyRing


async def imported(file: Path, database_path: Path, keys: Path) -> dict[str, float]:
    """Rows, seconds on the wall and of CPU of the import alone, and the peak memory (MiB)."""
    ring = await asyncio.to_thread(KeyRing.open, keys)
    async with database_of(f"sqlite://{database_path}") as database:
        await migrate(database)
        store = RegistryStore(database, ring)
        importer = Importer(database, store, Totals(database, ring), today())
        wall, cpu = time.perf_counter(), time.process_time()
        summary = Summary()
        async for event in importer.run(file):
            if isinstance(event, Summary):
                summary = event
        took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    return {"rows": summary.added, "refused": summary.refused, **took, "peak": peak_mib()}


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        told = runner.run(imported(*map(Path, sys.argv[1:])))
    print(json.dumps(told))
